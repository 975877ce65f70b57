// What worker_list.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::worker_sql {

using db::Statement;

inline constexpr Statement kShow{
    "show worker",
    "INSERT INTO workers (id, host, pid, slots, busy, build, since, seen_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, vodmill_now(), vodmill_now()) "
    "ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid, "
    "slots = excluded.slots, busy = excluded.busy, build = excluded.build, "
    "seen_at = excluded.seen_at, gone = 0"};

inline constexpr Statement kForget{"forget workers",
                                   "DELETE FROM workers WHERE seen_at < vodmill_now() - ?1"};

// Its row stays until it is forgotten: it says when its engine last ran.
inline constexpr Statement kRemove{"remove worker", "UPDATE workers SET gone = 1 WHERE id = ?1"};

inline constexpr Statement kAllWorkers{
    "list workers",
    "SELECT id, host, pid, slots, busy, build, since, vodmill_now() - seen_at FROM workers "
    "WHERE gone = 0 AND seen_at >= vodmill_now() - ?1 ORDER BY since, id"};

inline constexpr std::array kAll{kShow, kForget, kRemove, kAllWorkers};

}  // namespace vodmill::catalog::worker_sql
