// Rows of the catalog as values of core/, and the JSON of a Source. Pure.
// Not fuzzed: the catalog itself wrote what it reads.
#pragma once

#include <string>
#include <string_view>

#include "core/catalog.h"
#include "core/event.h"
#include "db/connection.h"

namespace vodmill::catalog {

std::string to_json(const Source& source);
Result<Source> source_from_json(std::string_view text);

// What the catalog itself has stored and cannot read any more is no fault of the video.
template <class T>
Result<T> stored(Result<T> value, std::string_view what) {
  if (value) return value;
  Error error = std::move(value).error().within(what).within("database");
  error.code = ErrorCode::internal_error;
  return fail(std::move(error));
}

// The columns of the view shown_videos.
Result<Video> video_from(const db::Row& row);

// id, video, generation, kind, idx, state, attempts, losses, cost, done, result, error_code,
// error_message, memory, cores, urgency.
Result<Task> task_from(const db::Row& row);

// rendition, idx, blob_key, bytes, start, duration, samples, timescale, codecs, key_frame_offset,
// key_frame_bytes.
Segment segment_from(const db::Row& row);

// segment, strip_key, strip_bytes, poster_key, poster_bytes, score.
Thumbs thumbs_from(const db::Row& row);

// id, video, sequence, type, data, at.
Event event_from(const db::Row& row);

}  // namespace vodmill::catalog
