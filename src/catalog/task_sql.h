// What task_catalog.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::task_sql {

using db::Statement;

// ?1: the engine's build. ?2: the store's return plus one lease length. A lease that ends at 0 was
// a dead worker's. ?3: how long a task may have been short of room before it goes before all
// others, the longest one first. An audio task goes after a chunk of the same urgency and index: a
// picture takes longer.
//
// One candidate a video, the first entry of the index tasks_open that may be leased, and the best
// of them: as dear as there are videos under way, however many tasks they have.
inline constexpr Statement kNext{
    "next task",
    "WITH busy AS (SELECT v.owner AS owner, count(*) AS leased FROM tasks t "
    "JOIN videos v ON v.id = t.video WHERE t.state = 'leased' GROUP BY v.owner) "
    "SELECT t.id, t.video, t.generation, t.kind, t.idx, t.state, t.attempts, t.losses, t.cost, "
    "t.done, t.result, t.error_code, t.error_message, t.memory, t.cores, t.urgency, t.token, "
    "t.no_room_since "
    "FROM videos v CROSS JOIN tasks t "
    "LEFT JOIN busy b ON b.owner = v.owner LEFT JOIN turns o ON o.owner = v.owner "
    "WHERE v.status = 'processing' AND v.removed_at IS NULL AND t.id = ("
    "SELECT n.id FROM tasks n WHERE n.video = v.id AND n.generation = v.generation "
    "AND n.state IN ('waiting', 'leased') AND (n.build = '' OR n.build = ?1) "
    "AND ((n.state = 'waiting' AND n.not_before <= vodmill_now()) OR "
    "(n.state = 'leased' AND (n.lease_until = 0 OR "
    "(n.lease_until <= vodmill_now() AND vodmill_now() >= ?2)))) "
    "ORDER BY n.urgency, n.idx, n.kind DESC LIMIT 1) "
    "ORDER BY CASE WHEN t.no_room_since > 0 AND t.no_room_since <= vodmill_now() - ?3 "
    "THEN t.no_room_since ELSE 9223372036854775807 END, "
    "t.urgency, v.priority, COALESCE(b.leased, 0), COALESCE(o.served_at, 0), "
    "t.created_at, t.video, t.idx, t.kind DESC LIMIT 1"};

// Minted above every token of the generation: keys of objects contain it, so no two leases of any
// of its tasks may share one. The video's row must be locked, by a statement before this one:
// PostgreSQL shows a statement nothing that was committed after it began, so two that take two
// tasks of one generation would find the same largest token. ?6: the state that kNext has seen; a
// task that was ended or renewed since then is not taken.
inline constexpr Statement kTake{
    "take task",
    "UPDATE tasks SET state = 'leased', token = 1 + (SELECT max(o.token) FROM tasks o "
    "WHERE o.video = tasks.video AND o.generation = tasks.generation), worker = ?3, "
    "lease_until = vodmill_now() + ?4, losses = ?5, no_room_since = 0 WHERE id = ?1 AND token = ?2 "
    "AND state = ?6 AND lease_until <= vodmill_now() RETURNING token"};

// Its turn has come, and there are cores for its mill, but not the memory.
inline constexpr Statement kHasNoRoom{"task has no room",
                                      "UPDATE tasks SET no_room_since = vodmill_now() "
                                      "WHERE id = ?1 AND token = ?2 AND no_room_since = 0"};

// The owner of the video has had a turn.
inline constexpr Statement kServe{
    "serve owner",
    "INSERT INTO turns (owner, served_at) SELECT v.owner, vodmill_now() FROM videos v "
    "WHERE v.id = ?1 ON CONFLICT (owner) DO UPDATE SET served_at = excluded.served_at"};

inline constexpr Statement kLose{
    "lose task",
    "UPDATE tasks SET state = 'failed', token = token + 1, lease_until = 0, losses = ?3, "
    "error_code = ?4, error_message = ?5 WHERE id = ?1 AND token = ?2 AND state = 'leased' "
    "AND lease_until <= vodmill_now()"};

inline constexpr Statement kContext{
    "task context",
    "SELECT g.prefix, v.source, g.plan FROM generations g JOIN videos v ON v.id = g.video "
    "WHERE g.video = ?1 AND g.number = ?2"};

// Of an audio task its own rendition, of a chunk all that no audio task has. InitSegments have
// index -1.
inline constexpr Statement kCommitted{
    "committed segments",
    "SELECT s.rendition, s.idx, s.blob_key, s.bytes, s.start, s.duration, s.samples, s.timescale, "
    "s.codecs, s.key_frame_offset, s.key_frame_bytes FROM segments s JOIN tasks t ON t.video = "
    "s.video AND t.generation = s.generation "
    "WHERE t.id = ?1 AND (s.idx < 0 OR (s.idx >= t.first_segment AND s.idx < t.end_segment)) "
    "AND ((t.kind = 'audio' AND s.rendition = t.audio_rendition) OR "
    "(t.kind = 'chunk' AND s.rendition NOT IN (SELECT a.audio_rendition FROM tasks a "
    "WHERE a.video = t.video AND a.generation = t.generation AND a.kind = 'audio'))) "
    "ORDER BY s.rendition, s.idx"};

inline constexpr Statement kFind{"find task", "SELECT video, generation FROM tasks WHERE id = ?1"};

inline constexpr Statement kRenew{"renew task",
                                  "UPDATE tasks SET lease_until = vodmill_now() + ?3, "
                                  "done = CASE WHEN ?4 > done THEN ?4 ELSE done END "
                                  "WHERE id = ?1 AND token = ?2 AND state = 'leased'"};

// The fence's second half where nothing else changes in the row.
inline constexpr Statement kHold{
    "hold task",
    "UPDATE tasks SET token = token WHERE id = ?1 AND token = ?2 AND state = 'leased'"};

inline constexpr Statement kInsertSegment{
    "insert segment",
    "INSERT INTO segments (video, generation, rendition, idx, blob_key, bytes, start, duration, "
    "samples, timescale, codecs, key_frame_offset, key_frame_bytes) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
    "ON CONFLICT (video, generation, rendition, idx) DO NOTHING"};

inline constexpr Statement kInsertThumbs{
    "insert thumbs",
    "INSERT INTO thumbs (video, generation, segment, strip_key, strip_bytes, poster_key, "
    "poster_bytes, score) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};

inline constexpr Statement kForgiveLosses{"forgive losses",
                                          "UPDATE tasks SET losses = 0 WHERE id = ?1"};

inline constexpr Statement kFinish{
    "finish task",
    "UPDATE tasks SET state = 'completed', done = cost, result = ?3, lease_until = 0 "
    "WHERE id = ?1 AND token = ?2 AND state = 'leased'"};

inline constexpr Statement kFail{
    "fail task",
    "UPDATE tasks SET state = 'failed', error_code = ?3, error_message = ?4, lease_until = 0 "
    "WHERE id = ?1 AND token = ?2 AND state = 'leased'"};

inline constexpr Statement kSpendAttempt{
    "spend attempt",
    "UPDATE tasks SET attempts = attempts + 1, state = 'waiting', lease_until = 0, "
    "not_before = vodmill_now() + ?3 WHERE id = ?1 AND token = ?2 AND state = 'leased' "
    "RETURNING attempts"};

inline constexpr Statement kFailSpent{
    "fail spent task",
    "UPDATE tasks SET state = 'failed', error_code = ?2, error_message = ?3 WHERE id = ?1"};

inline constexpr Statement kGiveBack{
    "give task back",
    "UPDATE tasks SET state = 'waiting', lease_until = 0, not_before = vodmill_now() + ?3 "
    "WHERE id = ?1 AND token = ?2 AND state = 'leased'"};

inline constexpr Statement kBuryTasks{
    "bury tasks", "UPDATE tasks SET lease_until = 0 WHERE worker = ?1 AND state = 'leased'"};
inline constexpr Statement kBuryStills{
    "bury stills", "UPDATE stills SET lease_until = 0 WHERE worker = ?1 AND state = 'leased'"};
inline constexpr Statement kBuryGenerations{
    "bury generations",
    "UPDATE generations SET lease_until = 0 WHERE worker = ?1 AND lease_until > 0"};

inline constexpr std::array kAll{
    kNext,          kHasNoRoom,  kTake,           kServe,        kLose,          kContext,
    kCommitted,     kFind,       kRenew,          kHold,         kInsertSegment, kInsertThumbs,
    kForgiveLosses, kFinish,     kFail,           kSpendAttempt, kFailSpent,     kGiveBack,
    kBuryTasks,     kBuryStills, kBuryGenerations};

}  // namespace vodmill::catalog::task_sql
