// What video_catalog.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::video_sql {

using db::Statement;

inline constexpr Statement kInsert{
    "insert video",
    "INSERT INTO videos (id, owner, metadata, priority, prefix, source, sha256, created_at, "
    "updated_at, event_sequence, generation, status, ladder) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, vodmill_now(), vodmill_now(), 0, 1, ?8, ?9)"};

// One that is due may be under way at this moment.
inline constexpr Statement kKeepSource{
    "keep source", "DELETE FROM sweeps WHERE prefix = ?1 AND due_at > vodmill_now()"};
inline constexpr Statement kIsSwept{"is swept", "SELECT 1 FROM sweeps WHERE prefix = ?1 LIMIT 1"};

inline constexpr Statement kGet{"get video", "SELECT * FROM shown_videos WHERE id = ?1"};

inline constexpr Statement kList{"list videos",
                                 "SELECT * FROM shown_videos WHERE (created_at, id) < (?1, ?2) "
                                 "ORDER BY created_at DESC, id DESC LIMIT ?3"};

inline constexpr Statement kListByStatus{
    "list videos by status",
    "SELECT * FROM shown_videos WHERE status = ?4 AND (created_at, id) < (?1, ?2) "
    "ORDER BY created_at DESC, id DESC LIMIT ?3"};

inline constexpr Statement kUpdate{"update video",
                                   "UPDATE videos SET metadata = ?2, priority = ?3 WHERE id = ?1"};

inline constexpr Statement kCancel{
    "cancel video",
    "UPDATE videos SET status = ?2, waiting_reason = '', error_code = ?3, error_message = ?4 "
    "WHERE id = ?1"};

inline constexpr Statement kRemove{
    "remove video", "UPDATE videos SET removed_at = vodmill_now(), status = ?2 WHERE id = ?1"};

// Their objects go with the video's.
inline constexpr Statement kForgetStills{"forget video's stills",
                                         "DELETE FROM stills WHERE video = ?1"};

// A video without a prefix of its own owns only what its generations have written.
inline constexpr Statement kSweepVideo{
    "sweep video",
    "INSERT INTO sweeps (prefix, due_at) "
    "SELECT prefix, vodmill_now() + ?2 FROM videos WHERE id = ?1 AND prefix <> '' "
    "UNION ALL SELECT g.prefix, vodmill_now() + ?2 FROM generations g "
    "JOIN videos v ON v.id = g.video WHERE v.id = ?1 AND v.prefix = ''"};

inline constexpr Statement kGeneration{
    "get generation",
    "SELECT g.status, g.prefix, g.info, g.plan, v.ladder FROM generations g "
    "JOIN videos v ON v.id = g.video "
    "WHERE g.video = ?1 AND g.number = ?2 AND v.removed_at IS NULL"};

inline constexpr Statement kSegments{
    "list segments",
    "SELECT rendition, idx, blob_key, bytes, start, duration, samples, timescale, codecs, "
    "key_frame_offset, key_frame_bytes FROM segments WHERE video = ?1 AND generation = ?2 AND "
    "rendition = ?3 ORDER BY idx"};

inline constexpr Statement kThumbs{
    "list thumbs",
    "SELECT segment, strip_key, strip_bytes, poster_key, poster_bytes, score FROM thumbs "
    "WHERE video = ?1 AND generation = ?2 ORDER BY segment"};

inline constexpr std::array kAll{kInsert,       kKeepSource, kIsSwept,  kGet,    kList,
                                 kListByStatus, kUpdate,     kCancel,   kRemove, kForgetStills,
                                 kSweepVideo,   kGeneration, kSegments, kThumbs};

}  // namespace vodmill::catalog::video_sql
