// What census.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::census_sql {

using db::Statement;

// Reads the index videos_here and no table.
inline constexpr Statement kVideos{
    "count videos", "SELECT status, count(*) FROM videos WHERE removed_at IS NULL GROUP BY status"};

// Only what has not ended, so that its cost does not grow with the years. The age is of interest
// for waiting tasks; a delayed one's is negative until its time has come.
inline constexpr Statement kTasks{
    "count tasks",
    "SELECT t.kind, t.state, count(*), max(vodmill_now() - "
    "CASE WHEN t.not_before > t.created_at THEN t.not_before ELSE t.created_at END) "
    "FROM videos v JOIN tasks t ON t.video = v.id AND t.generation = v.generation "
    "WHERE v.status IN ('pending', 'processing') AND v.removed_at IS NULL "
    "GROUP BY t.kind, t.state"};

inline constexpr Statement kUndelivered{"count undelivered", "SELECT count(*) FROM outbox"};

inline constexpr Statement kSweeps{"pending sweeps", "SELECT prefix FROM sweeps ORDER BY id"};

inline constexpr Statement kOfOwner{
    "videos of owner", "SELECT status, source FROM videos WHERE owner = ?1 AND removed_at IS NULL"};

inline constexpr Statement kLockOwner{"lock owner", "SELECT vodmill_lock('owner ' || ?1)"};

inline constexpr std::array kAll{kVideos, kTasks, kUndelivered, kSweeps, kOfOwner, kLockOwner};

}  // namespace vodmill::catalog::census_sql
