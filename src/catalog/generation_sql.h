// What generation_catalog.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::generation_sql {

using db::Statement;

// ?3: the store's return plus one lease length; before it nothing is taken over.
inline constexpr Statement kTakeLease{
    "coordinate",
    "UPDATE generations SET token = token + 1, worker = ?4, lease_until = vodmill_now() + ?5, "
    "status = ?6 WHERE video = ?1 AND number = ?2 AND (lease_until = 0 OR "
    "(lease_until <= vodmill_now() AND vodmill_now() >= ?3)) RETURNING token"};

inline constexpr Statement kSetProcessing{
    "set processing", "UPDATE videos SET status = ?2, waiting_reason = '' WHERE id = ?1"};

// The fence's second half.
inline constexpr Statement kHold{
    "hold generation",
    "UPDATE generations SET token = token WHERE video = ?1 AND number = ?2 AND token = ?3"};

inline constexpr Statement kHeld{
    "held generation",
    "SELECT playable, CASE WHEN plan IS NULL THEN 0 ELSE 1 END FROM generations "
    "WHERE video = ?1 AND number = ?2"};

inline constexpr Statement kRenew{
    "renew generation",
    "UPDATE generations SET lease_until = CASE WHEN ?3 = 0 THEN 0 ELSE vodmill_now() + ?3 END "
    "WHERE video = ?1 AND number = ?2"};

inline constexpr Statement kShowProgress{
    "show progress",
    "UPDATE videos SET progress = CASE WHEN ?2 > progress THEN ?2 ELSE progress END, "
    "waiting_reason = ?3, updated_at = vodmill_now() WHERE id = ?1"};

inline constexpr Statement kTasks{
    "list tasks",
    "SELECT id, video, generation, kind, idx, state, attempts, losses, cost, done, result, "
    "error_code, error_message, memory, cores, urgency, "
    "CASE WHEN not_before > vodmill_now() THEN 1 ELSE 0 END "
    "FROM tasks WHERE video = ?1 AND generation = ?2 ORDER BY urgency, idx, kind DESC"};

inline constexpr Statement kStorePlan{
    "store plan", "UPDATE generations SET info = ?3, plan = ?4 WHERE video = ?1 AND number = ?2"};

inline constexpr Statement kStoreSize{"store size",
                                      "UPDATE videos SET width = ?2, height = ?3 WHERE id = ?1"};

inline constexpr Statement kInsertTask{
    "insert task",
    "INSERT INTO tasks (id, video, generation, kind, idx, urgency, cost, build, first_segment, "
    "end_segment, audio_rendition, state, memory, cores, not_before, created_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, vodmill_now())"};

inline constexpr Statement kMarkPlayable{
    "mark playable", "UPDATE generations SET playable = 1 WHERE video = ?1 AND number = ?2"};

inline constexpr Statement kComplete{
    "complete video",
    "UPDATE videos SET status = ?2, progress = 100, waiting_reason = '', "
    "completed_generation = generation, duration_seconds = ?3, partial_reason = ?4, "
    "partial_at_seconds = ?5 WHERE id = ?1"};

inline constexpr Statement kFail{
    "fail video",
    "UPDATE videos SET status = ?2, waiting_reason = '', error_code = ?3, error_message = ?4 "
    "WHERE id = ?1"};

// ?3: the store's return plus the grace; before it a worker cannot have shown itself.
inline constexpr Statement kEngineIsGone{
    "engine is gone",
    "SELECT 1 WHERE vodmill_now() >= ?3 AND NOT EXISTS "
    "(SELECT 1 FROM workers WHERE build = ?1 AND seen_at > vodmill_now() - ?2)"};

inline constexpr Statement kOrphans{
    "list orphans",
    "SELECT v.id, v.generation FROM videos v "
    "JOIN generations g ON g.video = v.id AND g.number = v.generation "
    "WHERE v.removed_at IS NULL AND "
    "((v.status = 'processing' AND g.lease_until + ?1 <= vodmill_now()) OR "
    "(v.status = 'pending' AND g.created_at + ?1 <= vodmill_now())) "
    "ORDER BY g.created_at, v.id LIMIT ?2"};

inline constexpr std::array kAll{kTakeLease, kSetProcessing, kHold,         kHeld,
                                 kRenew,     kShowProgress,  kTasks,        kStorePlan,
                                 kStoreSize, kInsertTask,    kMarkPlayable, kComplete,
                                 kFail,      kEngineIsGone,  kOrphans};

}  // namespace vodmill::catalog::generation_sql
