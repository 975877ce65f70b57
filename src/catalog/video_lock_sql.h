// What video_lock.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::video_lock_sql {

using db::Statement;

// An UPDATE that changes nothing takes the row's lock in both databases.
inline constexpr Statement kLock{
    "lock video",
    "UPDATE videos SET event_sequence = event_sequence WHERE id = ?1 AND removed_at IS NULL "
    "RETURNING generation, status, completed_generation, event_sequence, metadata, prefix"};

inline constexpr Statement kBump{
    "bump event sequence",
    "UPDATE videos SET event_sequence = ?2, updated_at = vodmill_now() WHERE id = ?1"};

inline constexpr Statement kInsertEvent{
    "insert event",
    "INSERT INTO events (video, sequence, type, data, at) VALUES (?1, ?2, ?3, ?4, vodmill_now())"};

inline constexpr Statement kCloseGeneration{
    "close generation",
    "UPDATE generations SET status = ?3, playable = ?4, token = token + 1, lease_until = 0, "
    "ended_at = vodmill_now(), "
    "error_code = (SELECT v.error_code FROM videos v WHERE v.id = generations.video), "
    "error_message = (SELECT v.error_message FROM videos v WHERE v.id = generations.video) "
    "WHERE video = ?1 AND number = ?2"};

inline constexpr Statement kCancelTasks{
    "cancel tasks",
    "UPDATE tasks SET state = 'cancelled', token = token + 1, lease_until = 0 "
    "WHERE video = ?1 AND generation = ?2 AND state IN ('waiting', 'leased')"};

inline constexpr Statement kNextGeneration{
    "next generation",
    "UPDATE videos SET generation = ?2, status = ?3, progress = 0, waiting_reason = '', "
    "error_code = NULL, error_message = NULL WHERE id = ?1"};

inline constexpr Statement kInsertGeneration{
    "insert generation",
    "INSERT INTO generations (video, number, status, prefix, created_at) "
    "VALUES (?1, ?2, ?3, ?4, vodmill_now())"};

inline constexpr Statement kInsertProbe{
    "insert probe",
    "INSERT INTO tasks (id, video, generation, kind, idx, urgency, cost, build, state, memory, "
    "not_before, created_at) VALUES (?1, ?2, ?3, ?4, 0, 0, 0, '', ?5, ?6, 0, vodmill_now())"};

inline constexpr Statement kInsertOutbox{
    "insert outbox", "INSERT INTO outbox (message, video, generation) VALUES (?1, ?2, ?3)"};

inline constexpr Statement kSweepGeneration{
    "sweep generation",
    "INSERT INTO sweeps (prefix, due_at) SELECT prefix, vodmill_now() + ?3 FROM generations "
    "WHERE video = ?1 AND number = ?2"};

inline constexpr std::array kAll{
    kLock,         kBump,           kInsertEvent,      kCloseGeneration,
    kCancelTasks,  kNextGeneration, kInsertGeneration, kInsertProbe,
    kInsertOutbox, kSweepGeneration};

}  // namespace vodmill::catalog::video_lock_sql
