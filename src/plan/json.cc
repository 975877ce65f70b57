#include "plan/json.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace vodmill::plan {
namespace {

constexpr std::int64_t kMaxTicks = std::int64_t{1} << 56;
constexpr int kMaxSide = 32768;
constexpr int kMaxThumbSide = 1024;
constexpr std::size_t kMaxThumbsInStrip = 32;

std::unexpected<Error> out_of_range(std::string_view key) {
  return fail(ErrorCode::malformed_input, std::string(key) + " is out of range");
}

json::array to_json(Rational r) { return {r.num, r.den}; }

template <class T>
json::array to_array(const std::vector<T>& values) {
  return json::array(values.begin(), values.end());
}

Result<std::int64_t> get_between(const json::object& object, std::string_view key, std::int64_t low,
                                 std::int64_t high) {
  const std::int64_t value = TRY(get_int(object, key));
  if (value < low || value > high) return out_of_range(key);
  return value;
}

Result<int> get_small(const json::object& object, std::string_view key, int low, int high) {
  return static_cast<int>(TRY(get_between(object, key, low, high)));
}

Result<std::int64_t> get_ticks(const json::object& object, std::string_view key) {
  return get_between(object, key, -kMaxTicks, kMaxTicks);
}

// A fraction that is not negative; zero only if `may_be_zero`.
Result<Rational> get_rational(const json::object& object, std::string_view key, bool may_be_zero) {
  const json::array& pair = *TRY(get_array(object, key));
  if (pair.size() != 2 || !pair[0].is_int64() || !pair[1].is_int64()) return out_of_range(key);
  const Rational value{pair[0].get_int64(), pair[1].get_int64()};
  constexpr std::int64_t kMax = INT32_MAX;
  if (value.num < (may_be_zero ? 0 : 1) || value.num > kMax) return out_of_range(key);
  if (value.den < 1 || value.den > kMax) return out_of_range(key);
  return value;
}

Result<std::vector<std::int64_t>> get_ascending(const json::object& object, std::string_view key) {
  std::vector<std::int64_t> values;
  for (const json::value& value : *TRY(get_array(object, key))) {
    if (!value.is_int64()) return out_of_range(key);
    const std::int64_t number = value.get_int64();
    if (number < -kMaxTicks || number > kMaxTicks) return out_of_range(key);
    if (!values.empty() && number <= values.back()) return out_of_range(key);
    values.push_back(number);
  }
  return values;
}

Result<std::vector<std::string>> get_strings(const json::object& object, std::string_view key) {
  std::vector<std::string> values;
  for (const json::value& value : *TRY(get_array(object, key))) {
    if (!value.is_string()) return out_of_range(key);
    values.emplace_back(value.get_string());
  }
  return values;
}

Result<std::vector<Chunk>> get_chunks(const json::object& object, std::string_view key,
                                      int segments) {
  std::vector<Chunk> chunks;
  for (const json::value& value : *TRY(get_array(object, key))) {
    const json::array* range = value.if_array();
    if (!range || range->size() != 2) return out_of_range(key);
    if (!(*range)[0].is_int64() || !(*range)[1].is_int64()) return out_of_range(key);
    const std::int64_t first = (*range)[0].get_int64();
    const std::int64_t end = (*range)[1].get_int64();
    if (first < 0 || end <= first || end > segments) return out_of_range(key);
    chunks.push_back({static_cast<int>(first), static_cast<int>(end)});
  }
  return chunks;
}

json::object video_to_json(const VideoStreamInfo& v) {
  return {{"index", v.index},
          {"codec", v.codec},
          {"pixel_format", v.pixel_format},
          {"width", v.width},
          {"height", v.height},
          {"sample_aspect", to_json(v.sample_aspect)},
          {"rotation", v.rotation},
          {"mirrored", v.mirrored},
          {"transfer", v.transfer},
          {"primaries", v.primaries},
          {"matrix", v.matrix},
          {"full_range", v.full_range},
          {"interlaced", v.interlaced},
          {"time_base", to_json(v.time_base)},
          {"first_pts", v.first_pts},
          {"end_pts", v.end_pts},
          {"packets", v.packets},
          {"least_rate", to_json(v.least_rate)},
          {"grid_rate", to_json(v.grid_rate)},
          {"keyframes", to_array(v.keyframes)}};
}

Result<VideoStreamInfo> video_from_json(const json::object& o) {
  VideoStreamInfo v;
  v.index = TRY(get_small(o, "index", 0, 1000));
  v.codec = TRY(get_string(o, "codec"));
  v.pixel_format = TRY(get_string(o, "pixel_format"));
  v.width = TRY(get_small(o, "width", 1, kMaxSide));
  v.height = TRY(get_small(o, "height", 1, kMaxSide));
  v.sample_aspect = TRY(get_rational(o, "sample_aspect", false));
  v.rotation = TRY(get_small(o, "rotation", 0, 270));
  if (v.rotation % 90 != 0) return out_of_range("rotation");
  v.mirrored = TRY(get_bool(o, "mirrored"));
  v.transfer = TRY(get_string(o, "transfer"));
  v.primaries = TRY(get_string(o, "primaries"));
  v.matrix = TRY(get_string(o, "matrix"));
  v.full_range = TRY(get_bool(o, "full_range"));
  v.interlaced = TRY(get_bool(o, "interlaced"));
  v.time_base = TRY(get_rational(o, "time_base", false));
  v.first_pts = TRY(get_ticks(o, "first_pts"));
  v.end_pts = TRY(get_ticks(o, "end_pts"));
  if (v.end_pts < v.first_pts) return out_of_range("end_pts");
  v.packets = TRY(get_between(o, "packets", 0, kMaxTicks));
  v.least_rate = TRY(get_rational(o, "least_rate", true));
  v.grid_rate = TRY(get_rational(o, "grid_rate", true));
  v.keyframes = TRY(get_ascending(o, "keyframes"));
  return v;
}

json::object audio_to_json(const AudioStreamInfo& a) {
  return {{"index", a.index},         {"codec", a.codec},
          {"channels", a.channels},   {"sample_rate", a.sample_rate},
          {"language", a.language},   {"time_base", to_json(a.time_base)},
          {"first_pts", a.first_pts}, {"end_pts", a.end_pts},
          {"packets", a.packets}};
}

Result<AudioStreamInfo> audio_from_json(const json::object& o) {
  AudioStreamInfo a;
  a.index = TRY(get_small(o, "index", 0, 1000));
  a.codec = TRY(get_string(o, "codec"));
  a.channels = TRY(get_small(o, "channels", 1, 1024));
  a.sample_rate = TRY(get_small(o, "sample_rate", 1, 10'000'000));
  a.language = TRY(get_string(o, "language"));
  a.time_base = TRY(get_rational(o, "time_base", false));
  a.first_pts = TRY(get_ticks(o, "first_pts"));
  a.end_pts = TRY(get_ticks(o, "end_pts"));
  if (a.end_pts < a.first_pts) return out_of_range("end_pts");
  a.packets = TRY(get_between(o, "packets", 0, kMaxTicks));
  return a;
}

json::object rendition_to_json(const Rendition& r) {
  return {{"name", r.name}, {"width", r.width},       {"height", r.height},
          {"crf", r.crf},   {"max_kbps", r.max_kbps}, {"buffer_kbits", r.buffer_kbits}};
}

Result<Rendition> rendition_from_json(const json::object& o) {
  Rendition r;
  r.name = TRY(get_string(o, "name"));
  r.width = TRY(get_small(o, "width", 2, kMaxSide));
  r.height = TRY(get_small(o, "height", 2, kMaxSide));
  if (r.width % 2 != 0 || r.height % 2 != 0) return out_of_range("width or height");
  r.crf = TRY(get_small(o, "crf", 0, 51));
  r.max_kbps = TRY(get_small(o, "max_kbps", 1, 1'000'000));
  r.buffer_kbits = TRY(get_small(o, "buffer_kbits", 1, 1'000'000));
  return r;
}

json::object audio_rendition_to_json(const AudioRendition& a) {
  return {{"name", a.name},
          {"source_stream", a.source_stream},
          {"language", a.language},
          {"sample_rate", a.sample_rate},
          {"channels", a.channels},
          {"kbps", a.kbps},
          {"boundaries", to_array(a.boundaries)}};
}

Result<AudioRendition> audio_rendition_from_json(const json::object& o) {
  AudioRendition a;
  a.name = TRY(get_string(o, "name"));
  a.source_stream = TRY(get_small(o, "source_stream", 0, 1000));
  a.language = TRY(get_string(o, "language"));
  a.sample_rate = TRY(get_small(o, "sample_rate", 8000, 96000));
  a.channels = TRY(get_small(o, "channels", 1, 2));
  a.kbps = TRY(get_small(o, "kbps", 8, 512));
  a.boundaries = TRY(get_ascending(o, "boundaries"));
  return a;
}

Result<const json::object*> as_object(const json::value& value, std::string_view what) {
  if (!value.is_object()) return out_of_range(what);
  return &value.get_object();
}

// The JSON of an optional object: absent and null both mean none.
Result<const json::object*> optional_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || value->is_null()) return nullptr;
  return as_object(*value, key);
}

Result<> check_segments(const Plan& plan) {
  if (plan.boundaries.size() < 2 || plan.boundaries.front() != 0) return out_of_range("boundaries");
  if (plan.boundaries.back() != plan.frames) return out_of_range("boundaries");
  if (plan.audio && plan.audio->boundaries.size() != plan.boundaries.size()) {
    return out_of_range("audio.boundaries");
  }
  const std::span starts(plan.boundaries.begin(), plan.boundaries.end() - 1);
  if (!std::ranges::includes(plan.idrs, starts)) return out_of_range("idrs");
  if (plan.idrs.front() != 0 || plan.idrs.back() >= plan.frames) return out_of_range("idrs");
  int next = 0;
  for (const Chunk& chunk : plan.chunks) {
    if (chunk.first_segment != next || chunk.end_segment <= next) return out_of_range("chunks");
    next = chunk.end_segment;
  }
  if (next != plan.segments()) return out_of_range("chunks");
  return {};
}

json::object thumbs_to_json(const ThumbPlan& t) {
  return {{"width", t.width},
          {"height", t.height},
          {"poster", t.poster},
          {"frames", to_array(t.frames)}};
}

Result<ThumbPlan> thumbs_from_json(const json::object& o) {
  ThumbPlan t;
  t.width = TRY(get_small(o, "width", 2, kMaxThumbSide));
  t.height = TRY(get_small(o, "height", 2, kMaxThumbSide));
  if (t.width % 2 != 0 || t.height % 2 != 0) return out_of_range("thumbs");
  t.poster = TRY(get_small(o, "poster", 0, INT32_MAX));
  t.frames = TRY(get_ascending(o, "frames"));
  return t;
}

Result<> check_thumbs(const Plan& plan) {
  const ThumbPlan& thumbs = *plan.thumbs;
  if (static_cast<std::size_t>(thumbs.poster) >= plan.ladder.size()) return out_of_range("poster");
  const std::span starts(plan.boundaries.begin(), plan.boundaries.end() - 1);
  if (!std::ranges::includes(thumbs.frames, starts)) return out_of_range("thumbs");
  if (thumbs.frames.front() < 0 || thumbs.frames.back() >= plan.frames) {
    return out_of_range("thumbs");
  }
  for (int segment = 0; segment < plan.segments(); ++segment) {
    if (plan.thumbs_of(segment).size() > kMaxThumbsInStrip) return out_of_range("thumbs");
  }
  return {};
}

Result<double> get_seconds(const json::object& object, std::string_view key) {
  constexpr double kMaxSeconds = 1e9;
  const double value = TRY(get_double(object, key));
  if (!(value >= 0 && value <= kMaxSeconds)) return out_of_range(key);
  return value;
}

json::object lost_sound_to_json(const Partial& lost) {
  return {{"reason", error_code_name(lost.reason)}, {"at_seconds", lost.at_seconds}};
}

Result<Partial> lost_sound_from_json(const json::object& o) {
  Partial lost;
  const std::string reason = TRY(get_string(o, "reason"));
  constexpr std::array kReasons{ErrorCode::truncated_input, ErrorCode::malformed_input,
                                ErrorCode::unsupported_codec};
  const auto* found = std::ranges::find(kReasons, reason, error_code_name);
  if (found == kReasons.end()) return out_of_range("reason");
  lost.reason = *found;
  lost.at_seconds = TRY(get_seconds(o, "at_seconds"));
  return lost;
}

}  // namespace

json::object to_object(const Plan& plan) {
  json::array chunks;
  for (const Chunk& chunk : plan.chunks) {
    chunks.push_back(json::array{chunk.first_segment, chunk.end_segment});
  }
  json::array ladder;
  for (const Rendition& rendition : plan.ladder) ladder.push_back(rendition_to_json(rendition));
  json::object o{{"build", plan.build.str()},
                 {"source_stream", plan.source_stream},
                 {"source_time_base", to_json(plan.source_time_base)},
                 {"first_pts", plan.first_pts},
                 {"fps", to_json(plan.fps)},
                 {"frames", plan.frames},
                 {"rotation", plan.rotation},
                 {"mirrored", plan.mirrored},
                 {"deinterlace", plan.deinterlace},
                 {"tone_map", plan.tone_map},
                 {"boundaries", to_array(plan.boundaries)},
                 {"idrs", to_array(plan.idrs)},
                 {"chunks", std::move(chunks)},
                 {"ladder", std::move(ladder)},
                 {"target_duration", plan.target_duration},
                 {"reasons", to_array(plan.reasons)}};
  if (plan.audio) o["audio"] = audio_rendition_to_json(*plan.audio);
  if (plan.thumbs) o["thumbs"] = thumbs_to_json(*plan.thumbs);
  return o;
}

std::string to_json(const Plan& plan) { return json::serialize(to_object(plan)); }

json::object to_object(const SourceInfo& info) {
  json::object o{{"container", info.container},
                 {"bytes", info.bytes},
                 {"truncated", info.truncated},
                 {"notes", to_array(info.notes)}};
  if (info.video) o["video"] = video_to_json(*info.video);
  if (info.audio) o["audio"] = audio_to_json(*info.audio);
  if (info.lost_sound) o["lost_sound"] = lost_sound_to_json(*info.lost_sound);
  if (info.gap_at) o["gap_at"] = *info.gap_at;
  return o;
}

std::string to_json(const SourceInfo& info) { return json::serialize(to_object(info)); }

Result<Plan> plan_from_json(std::string_view text) {
  const json::value document = TRY(parse_json(text));
  const json::object& o = *TRY(as_object(document, "plan"));
  Plan plan;
  plan.build = EngineBuild(TRY(get_string(o, "build")));
  plan.source_stream = TRY(get_small(o, "source_stream", 0, 1000));
  plan.source_time_base = TRY(get_rational(o, "source_time_base", false));
  plan.first_pts = TRY(get_ticks(o, "first_pts"));
  plan.fps = TRY(get_rational(o, "fps", false));
  plan.frames = TRY(get_between(o, "frames", 1, kMaxTicks));
  plan.rotation = TRY(get_small(o, "rotation", 0, 270));
  if (plan.rotation % 90 != 0) return out_of_range("rotation");
  plan.mirrored = TRY(get_bool(o, "mirrored"));
  plan.deinterlace = TRY(get_bool(o, "deinterlace"));
  plan.tone_map = TRY(get_string(o, "tone_map"));
  plan.boundaries = TRY(get_ascending(o, "boundaries"));
  plan.idrs = TRY(get_ascending(o, "idrs"));
  plan.chunks = TRY(get_chunks(o, "chunks", plan.segments()));
  for (const json::value& rung : *TRY(get_array(o, "ladder"))) {
    const json::object& object = *TRY(as_object(rung, "ladder"));
    plan.ladder.push_back(TRY(rendition_from_json(object)));
  }
  if (plan.ladder.empty()) return out_of_range("ladder");
  plan.target_duration = TRY(get_small(o, "target_duration", 1, 3600));
  plan.reasons = TRY(get_strings(o, "reasons"));
  if (const json::object* audio = TRY(optional_object(o, "audio"))) {
    plan.audio = TRY(audio_rendition_from_json(*audio));
  }
  TRY_VOID(check_segments(plan));
  if (const json::object* thumbs = TRY(optional_object(o, "thumbs"))) {
    plan.thumbs = TRY(thumbs_from_json(*thumbs));
    TRY_VOID(check_thumbs(plan));
  }
  return plan;
}

Result<SourceInfo> source_info_from_json(std::string_view text) {
  const json::value document = TRY(parse_json(text));
  const json::object& o = *TRY(as_object(document, "source info"));
  SourceInfo info;
  info.container = TRY(get_string(o, "container"));
  info.bytes = TRY(get_between(o, "bytes", 0, kMaxTicks));
  info.truncated = TRY(get_bool(o, "truncated"));
  info.notes = TRY(get_strings(o, "notes"));
  if (const json::object* video = TRY(optional_object(o, "video"))) {
    info.video = TRY(video_from_json(*video));
  }
  if (const json::object* audio = TRY(optional_object(o, "audio"))) {
    info.audio = TRY(audio_from_json(*audio));
  }
  if (const json::object* lost = TRY(optional_object(o, "lost_sound"))) {
    info.lost_sound = TRY(lost_sound_from_json(*lost));
  }
  if (o.contains("gap_at")) info.gap_at = TRY(get_seconds(o, "gap_at"));
  return info;
}

}  // namespace vodmill::plan
