// What event_log.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::event_sql {

using db::Statement;

inline constexpr Statement kOfVideo{
    "events of video",
    "SELECT id, video, sequence, type, data, at FROM events WHERE video = ?1 AND sequence > ?2 "
    "ORDER BY sequence LIMIT ?3"};

inline constexpr Statement kAllEvents{
    "all events",
    "SELECT id, video, sequence, type, data, at FROM events WHERE id > ?1 ORDER BY id LIMIT ?2"};

inline constexpr Statement kNewest{"newest event", "SELECT COALESCE(max(id), 0) FROM events"};

inline constexpr std::array kAll{kOfVideo, kAllEvents, kNewest};

}  // namespace vodmill::catalog::event_sql
