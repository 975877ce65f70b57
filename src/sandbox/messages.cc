#include "sandbox/messages.h"

#include <algorithm>

#include "core/thumbs.h"

namespace vodmill::sandbox {
namespace {

constexpr std::size_t kLongestText = 4000;
constexpr std::int64_t kLastIndex = 10'000'000;
constexpr std::string_view kStages = "stages";

Bytes json_frame(FrameType type, const json::object& object) {
  Bytes out;
  append_frame(out, type, as_bytes(json::serialize(object)));
  return out;
}

Bytes bytes_frame(FrameType type, ByteView payload) {
  Bytes out;
  append_frame(out, type, payload);
  return out;
}

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::malformed_input, std::move(message));
}

Result<json::object> object_of(const Frame& frame) {
  json::value value = TRY(parse_json(as_text(frame.payload)));
  if (!value.is_object()) return wrong("A message that should be a JSON object is none.");
  return std::move(value.get_object());
}

// Cut where a UTF-8 character ends.
std::string_view shortened(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  std::size_t length = kLongestText;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return text.substr(0, length);
}

json::object error_object(const Error& error) {
  return {{"code", error_code_name(error.code)}, {"message", shortened(error.message)}};
}

Result<Error> error_of(const Frame& frame) {
  const json::object object = TRY(object_of(frame));
  const std::string code = TRY(get_string(object, "code"));
  const std::string message = TRY(get_string(object, "message"));
  return Error{error_code_from_name(code), std::string(shortened(message))};
}

bool is_rendition_name(std::string_view name) {
  const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, ok);
}

Result<> read_pictures(const json::object& object, SegmentBegin& begin) {
  if (!object.contains("strip_bytes")) return {};
  begin.strip_bytes = TRY(get_int(object, "strip_bytes"));
  begin.poster_bytes = TRY(get_int(object, "poster_bytes"));
  const std::int64_t score = TRY(get_int(object, "score"));
  if (begin.strip_bytes < 1 || begin.strip_bytes > kLongestStrip || begin.poster_bytes < 0 ||
      begin.poster_bytes > kLongestPoster || begin.media_bytes() < 1) {
    return wrong("The length of a segment's pictures is out of range.");
  }
  if (score < 0 || score > kBestPoster) return wrong("A poster's score is out of range.");
  begin.score = static_cast<int>(score);
  return {};
}

Result<SegmentBegin> segment_begin_of(const Frame& frame) {
  const json::object object = TRY(object_of(frame));
  SegmentBegin begin;
  begin.rendition = TRY(get_string(object, "rendition"));
  begin.bytes = TRY(get_int(object, "bytes"));
  const std::int64_t index = TRY(get_int(object, "index"));
  if (!is_rendition_name(begin.rendition)) return wrong("A segment's rendition has no such name.");
  if (index < -1 || index > kLastIndex) return wrong("A segment's index is out of range.");
  if (begin.bytes < 1 || begin.bytes > kLongestSegment) {
    return wrong("A segment's length is out of range.");
  }
  begin.index = static_cast<int>(index);
  TRY_VOID(read_pictures(object, begin));
  return begin;
}

Result<Progress> progress_of(const Frame& frame) {
  const json::object object = TRY(object_of(frame));
  const std::int64_t done = TRY(get_int(object, "done"));
  const std::int64_t encoded = TRY(get_int(object, "encoded"));
  if (done < 0 || encoded < 0) return wrong("A mill reports negative progress.");
  return Progress{.done = done, .encoded = encoded};
}

Result<Locked> locked_of(const Frame& frame) {
  const json::object object = TRY(object_of(frame));
  return Locked{TRY(layers_from_json(object))};
}

Result<TaskResult> result_of(const Frame& frame) {
  TaskResult result{TRY(object_of(frame))};
  const auto stages = result.value.find(kStages);
  if (stages == result.value.end()) return result;
  result.stages = TRY(stage_times_from(stages->value()));
  result.value.erase(stages);
  return result;
}

}  // namespace

Bytes encode(const Locked& message) {
  return json_frame(FrameType::locked, to_json(message.layers));
}

Bytes encode(const SegmentBegin& message) {
  json::object object{
      {"rendition", message.rendition}, {"index", message.index}, {"bytes", message.bytes}};
  if (message.strip_bytes != 0 || message.poster_bytes != 0) {
    object["strip_bytes"] = message.strip_bytes;
    object["poster_bytes"] = message.poster_bytes;
    object["score"] = message.score;
  }
  return json_frame(FrameType::segment_begin, object);
}

Bytes encode(const Progress& message) {
  return json_frame(FrameType::progress, {{"done", message.done}, {"encoded", message.encoded}});
}

Bytes encode(const TaskResult& message) {
  json::object object = message.value;
  if (!message.stages.empty()) object[kStages] = to_json(message.stages);
  return json_frame(FrameType::result, object);
}

Bytes encode(const TaskFailed& message) {
  return json_frame(FrameType::failed, error_object(message.error));
}

Bytes encode(const RangeRequest& message) {
  Bytes payload;
  append_be(payload, static_cast<std::uint64_t>(message.offset));
  append_be(payload, message.length);
  return bytes_frame(FrameType::range_request, payload);
}

Bytes encode(const TaskOrder& message) { return json_frame(FrameType::task, message.value); }

Bytes encode(const RangeData& message) { return bytes_frame(FrameType::range_data, message.bytes); }

Bytes encode(const RangeEnd&) { return bytes_frame(FrameType::range_end, {}); }

Bytes encode(const RangeError& message) {
  return json_frame(FrameType::range_error, error_object(message.error));
}

Result<OutputMessage> decode_output(Frame frame) {
  switch (frame.type) {
    case FrameType::locked:
      return TRY(locked_of(frame));
    case FrameType::segment_begin:
      return TRY(segment_begin_of(frame));
    case FrameType::segment_data:
      if (frame.payload.empty()) return wrong("A piece of a segment is empty.");
      return SegmentData{std::move(frame.payload)};
    case FrameType::progress:
      return TRY(progress_of(frame));
    case FrameType::result:
      return TRY(result_of(frame));
    case FrameType::failed:
      return TaskFailed{TRY(error_of(frame))};
    default:
      return wrong("A message does not belong on the output pipe.");
  }
}

Result<RangeRequest> decode_request(const Frame& frame) {
  if (frame.type != FrameType::range_request || frame.payload.size() != 12) {
    return wrong("A request for a range has another shape.");
  }
  const ByteView bytes(frame.payload);
  const auto offset = load_be<std::uint64_t>(bytes.first(8));
  const auto length = load_be<std::uint32_t>(bytes.subspan(8));
  if (offset > INT64_MAX - kLongestRange) return wrong("A range's offset is out of range.");
  if (length < 1 || length > kLongestRange) return wrong("A range's length is out of range.");
  return RangeRequest{static_cast<std::int64_t>(offset), length};
}

Result<MillMessage> decode_answer(Frame frame) {
  switch (frame.type) {
    case FrameType::task:
      return TaskOrder{TRY(object_of(frame))};
    case FrameType::range_data:
      if (frame.payload.empty()) return wrong("A range is empty.");
      return RangeData{std::move(frame.payload)};
    case FrameType::range_end:
      return RangeEnd{};
    case FrameType::range_error:
      return RangeError{TRY(error_of(frame))};
    default:
      return wrong("A message is none that a mill can be given.");
  }
}

}  // namespace vodmill::sandbox
