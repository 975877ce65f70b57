#include "catalog/rows.h"

#include "base/json.h"
#include "plan/ladder_policy.h"

namespace vodmill::catalog {
namespace {

Result<Extent> extent_from(const json::value& value) {
  if (!value.is_object()) return fail(ErrorCode::malformed_input, "an extent must be an object");
  const json::object& object = value.get_object();
  Extent extent;
  extent.offset = TRY(get_int(object, "offset"));
  extent.length = TRY(get_int(object, "length"));
  extent.key = BlobKey(TRY(get_string(object, "key")));
  return extent;
}

std::optional<Error> error_from(const db::Row& row, std::size_t code, std::size_t message) {
  if (row.is_null(code)) return std::nullopt;
  return Error{error_code_from_name(row.text(code)), row.text(message)};
}

std::unexpected<Error> unknown_word(std::string_view column, const std::string& word) {
  return fail(ErrorCode::internal_error,
              "database: unknown " + std::string(column) + " \"" + word + "\"");
}

}  // namespace

std::string to_json(const Source& source) {
  json::array extents;
  for (const Extent& extent : source.extents) {
    extents.push_back(
        {{"offset", extent.offset}, {"length", extent.length}, {"key", extent.key.str()}});
  }
  json::object object{{"extents", std::move(extents)}};
  if (source.length) object["length"] = *source.length;
  return json::serialize(object);
}

Result<Source> source_from_json(std::string_view text) {
  const json::value document = TRY(parse_json(text));
  if (!document.is_object()) return fail(ErrorCode::malformed_input, "a source must be an object");
  const json::object& object = document.get_object();
  Source source;
  const json::array* extents = TRY(get_array(object, "extents"));
  for (const json::value& extent : *extents) source.extents.push_back(TRY(extent_from(extent)));
  if (object.contains("length")) source.length = TRY(get_int(object, "length"));
  return source;
}

Result<Video> video_from(const db::Row& row) {
  Video video;
  video.id = VideoId(row.text(0));
  video.owner = row.text(1);
  const auto status = video_status_from(row.text(2));
  if (!status) return unknown_word("video status", row.text(2));
  video.status = *status;
  video.generation = static_cast<int>(row.integer(3));
  video.completed_generation = static_cast<int>(row.integer(4));
  video.playable = row.integer(5) != 0;
  video.progress = static_cast<int>(row.integer(6));
  video.waiting_reason = row.text(7);
  if (!row.is_null(8)) {
    video.partial = Partial{error_code_from_name(row.text(8)), row.real(9)};
  }
  video.error = error_from(row, 10, 11);
  video.metadata = row.text(12);
  video.priority = static_cast<int>(row.integer(13));
  video.prefix = row.text(14);
  video.source = TRY(stored(source_from_json(row.text(15)), "source"));
  video.sha256 = row.text(16);
  if (!row.is_null(17)) video.duration_seconds = row.real(17);
  video.width = static_cast<int>(row.integer(18));
  video.height = static_cast<int>(row.integer(19));
  video.event_sequence = row.integer(20);
  video.created_at = Timestamp{row.integer(21)};
  video.updated_at = Timestamp{row.integer(22)};
  video.has_storyboard = video.playable && row.integer(23) != 0;
  video.has_poster = video.playable && row.integer(24) != 0;
  video.ladder = TRY(stored(plan::read_ladder_policy(row.text(25)), "ladder"));
  return video;
}

Result<Task> task_from(const db::Row& row) {
  Task task;
  task.id = TaskId(row.text(0));
  task.video = VideoId(row.text(1));
  task.generation = static_cast<int>(row.integer(2));
  const auto kind = task_kind_from(row.text(3));
  if (!kind) return unknown_word("task kind", row.text(3));
  task.kind = *kind;
  task.index = static_cast<int>(row.integer(4));
  const auto state = task_state_from(row.text(5));
  if (!state) return unknown_word("task state", row.text(5));
  task.state = *state;
  task.attempts = static_cast<int>(row.integer(6));
  task.losses = static_cast<int>(row.integer(7));
  task.cost = row.integer(8);
  task.done = row.integer(9);
  task.result = row.text(10);
  task.error = error_from(row, 11, 12);
  task.memory = row.integer(13);
  task.cores = static_cast<int>(row.integer(14));
  task.urgency = static_cast<int>(row.integer(15));
  return task;
}

Segment segment_from(const db::Row& row) {
  Segment segment;
  segment.rendition = row.text(0);
  segment.index = static_cast<int>(row.integer(1));
  segment.key = BlobKey(row.text(2));
  segment.bytes = row.integer(3);
  segment.start = row.integer(4);
  segment.duration = row.integer(5);
  segment.samples = row.integer(6);
  segment.timescale = row.integer(7);
  segment.codecs = row.text(8);
  if (row.integer(10) > 0) segment.key_frame = ByteRange{row.integer(9), row.integer(10)};
  return segment;
}

Thumbs thumbs_from(const db::Row& row) {
  return Thumbs{.segment = static_cast<int>(row.integer(0)),
                .strip = BlobKey(row.text(1)),
                .strip_bytes = row.integer(2),
                .poster = BlobKey(row.text(3)),
                .poster_bytes = row.integer(4),
                .score = static_cast<int>(row.integer(5))};
}

Event event_from(const db::Row& row) {
  return Event{.id = row.integer(0),
               .video = VideoId(row.text(1)),
               .sequence = row.integer(2),
               .type = row.text(3),
               .data = row.text(4),
               .at = Timestamp{row.integer(5)}};
}

}  // namespace vodmill::catalog
