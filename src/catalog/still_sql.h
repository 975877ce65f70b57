// What still_catalog.cc says to the database. ?1 to ?4 are the still: video, generation, frame,
// width.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::still_sql {

using db::Statement;

inline constexpr Statement kPlanned{
    "still's plan",
    "SELECT g.number FROM generations g JOIN videos v ON v.id = g.video "
    "WHERE g.video = ?1 AND g.number = ?2 AND g.plan IS NOT NULL AND v.removed_at IS NULL"};

inline constexpr Statement kFind{
    "find still",
    "SELECT state, blob_key, error_code, error_message, vodmill_now() - asked_at, "
    "vodmill_now() - ended_at FROM stills "
    "WHERE video = ?1 AND generation = ?2 AND frame = ?3 AND width = ?4"};

inline constexpr Statement kCountWanted{
    "count wanted stills",
    "SELECT count(*) FROM stills WHERE video = ?1 AND state IN ('wanted', 'leased') AND "
    "asked_at > vodmill_now() - ?2"};

inline constexpr Statement kAskAgain{
    "ask for still again",
    "UPDATE stills SET asked_at = vodmill_now() "
    "WHERE video = ?1 AND generation = ?2 AND frame = ?3 AND width = ?4"};

inline constexpr Statement kRevive{
    "want still again",
    "UPDATE stills SET state = 'wanted', asked_at = vodmill_now(), attempts = 0, losses = 0, "
    "error_code = NULL, error_message = NULL "
    "WHERE video = ?1 AND generation = ?2 AND frame = ?3 AND width = ?4"};

// Tokens begin at the time: a row that was forgotten and is wanted again gives out none that a late
// worker may still have.
inline constexpr Statement kInsert{
    "want still",
    "INSERT INTO stills (video, generation, frame, width, state, wanted_at, asked_at, token) "
    "VALUES (?1, ?2, ?3, ?4, 'wanted', vodmill_now(), vodmill_now(), vodmill_now()) "
    "ON CONFLICT (video, generation, frame, width) DO NOTHING"};

// Of one video, all but the newest ?2, and never one that somebody waits for.
inline constexpr Statement kOldest{
    "oldest stills",
    "SELECT video, generation, frame, width, blob_key FROM stills WHERE video = ?1 AND "
    "(state IN ('made', 'impossible') OR (state = 'wanted' AND asked_at <= vodmill_now() - ?3)) "
    "ORDER BY wanted_at DESC, frame, width LIMIT 100 OFFSET ?2"};

inline constexpr Statement kCountMade{"count made stills",
                                      "SELECT count(*) FROM stills WHERE state = 'made'"};

inline constexpr Statement kOldestOfAll{
    "oldest stills of all videos",
    "SELECT video, generation, frame, width, blob_key FROM stills WHERE state = 'made' "
    "ORDER BY wanted_at LIMIT ?1"};

inline constexpr Statement kForget{
    "forget still",
    "DELETE FROM stills WHERE video = ?1 AND generation = ?2 AND frame = ?3 AND width = ?4"};

inline constexpr Statement kSweep{"sweep still",
                                  "INSERT INTO sweeps (prefix, due_at) VALUES (?1, vodmill_now())"};

// The one for whose video none was made for longest: whoever asks for many waits for his own.
inline constexpr Statement kNext{
    "next still",
    "SELECT s.video, s.generation, s.frame, s.width, s.state, s.token, s.losses, v.prefix, "
    "v.source, g.info, g.plan FROM stills s JOIN videos v ON v.id = s.video "
    "JOIN generations g ON g.video = s.video AND g.number = s.generation "
    "WHERE v.removed_at IS NULL AND s.asked_at > vodmill_now() - ?1 AND (s.state = 'wanted' OR "
    "(s.state = 'leased' AND s.lease_until <= vodmill_now())) "
    "ORDER BY (SELECT max(o.leased_at) FROM stills o WHERE o.video = s.video), s.wanted_at, "
    "s.video, s.frame, s.width LIMIT 1"};

inline constexpr Statement kTake{
    "take still",
    "UPDATE stills SET state = 'leased', token = token + 1, worker = ?6, losses = ?7, "
    "leased_at = vodmill_now(), lease_until = vodmill_now() + ?8 WHERE video = ?1 AND generation = "
    "?2 AND frame = ?3 AND "
    "width = ?4 AND token = ?5 RETURNING token"};

inline constexpr Statement kFinish{
    "finish still",
    "UPDATE stills SET state = 'made', blob_key = ?6, lease_until = 0 WHERE video = ?1 AND "
    "generation = ?2 AND frame = ?3 AND width = ?4 AND token = ?5 AND state = 'leased' AND "
    "EXISTS (SELECT 1 FROM videos v WHERE v.id = stills.video AND v.removed_at IS NULL)"};

inline constexpr Statement kFail{
    "fail still",
    "UPDATE stills SET state = 'impossible', error_code = ?6, error_message = ?7, "
    "lease_until = 0, ended_at = vodmill_now() WHERE video = ?1 AND generation = ?2 AND frame = ?3 "
    "AND width = ?4 AND "
    "token = ?5 AND state = 'leased'"};

inline constexpr Statement kSpendAttempt{
    "spend still's attempt",
    "UPDATE stills SET attempts = attempts + 1, state = CASE WHEN attempts + 1 >= ?8 THEN "
    "'impossible' ELSE 'wanted' END, error_code = CASE WHEN attempts + 1 >= ?8 THEN ?6 ELSE NULL "
    "END, error_message = CASE WHEN attempts + 1 >= ?8 THEN ?7 ELSE NULL END, lease_until = 0, "
    "ended_at = vodmill_now() WHERE video = ?1 AND generation = ?2 AND frame = ?3 AND width = ?4 "
    "AND token = ?5 AND "
    "state = 'leased'"};

inline constexpr Statement kGiveBack{
    "give still back",
    "UPDATE stills SET state = 'wanted', lease_until = 0 WHERE video = ?1 AND generation = ?2 AND "
    "frame = ?3 AND width = ?4 AND token = ?5 AND state = 'leased'"};

inline constexpr std::array kAll{kPlanned, kFind,      kCountWanted,  kAskAgain, kRevive,  kInsert,
                                 kOldest,  kCountMade, kOldestOfAll,  kForget,   kSweep,   kNext,
                                 kTake,    kFinish,    kSpendAttempt, kFail,     kGiveBack};

}  // namespace vodmill::catalog::still_sql
