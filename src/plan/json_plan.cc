#include <algorithm>
#include <span>
#include <utility>

#include "plan/json.h"
#include "plan/json_fields.h"

namespace vodmill::plan {
namespace {

constexpr int kMaxThumbSide = 1024;
constexpr std::size_t kMaxThumbsInStrip = 32;

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

json::object rendition_to_json(const Rendition& r) {
  json::object o{{"name", r.name},    {"width", r.width},       {"height", r.height},
                 {"crf", r.crf},      {"max_kbps", r.max_kbps}, {"buffer_kbits", r.buffer_kbits},
                 {"copied", r.copied}};
  if (r.copied) o["codecs"] = r.codecs;
  return o;
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
  r.copied = o.contains("copied") && TRY(get_bool(o, "copied"));
  if (r.copied) r.codecs = TRY(get_string(o, "codecs"));
  return r;
}

json::object audio_rendition_to_json(const AudioRendition& a) {
  return {{"name", a.name},
          {"source_stream", a.source_stream},
          {"language", a.language},
          {"sample_rate", a.sample_rate},
          {"channels", a.channels},
          {"kbps", a.kbps},
          {"boundaries", to_array(a.boundaries)},
          {"label", a.label},
          {"purpose", name_of(a.purpose)}};
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

// Plans of before there were several sounds have one, or none, as "audio".
Result<std::vector<AudioRendition>> sounds_from_json(const json::object& plan) {
  std::vector<AudioRendition> sounds;
  if (const json::object* audio = TRY(optional_object(plan, "audio"))) {
    sounds.push_back(TRY(audio_rendition_from_json(*audio)));
  }
  if (!plan.contains("sounds")) return sounds;
  for (const json::value& value : *TRY(get_array(plan, "sounds"))) {
    const json::object& object = *TRY(as_object(value, "sounds"));
    AudioRendition sound = TRY(audio_rendition_from_json(object));
    sound.label = TRY(get_string(object, "label"));
    sound.purpose = TRY(get_purpose(object, "purpose"));
    const bool is_double =
        std::ranges::find(sounds, sound.name, &AudioRendition::name) != sounds.end();
    if (is_double) return out_of_range("sounds");
    sounds.push_back(std::move(sound));
  }
  if (sounds.size() > kMaxSounds) return out_of_range("sounds");
  return sounds;
}

Result<> check_segments(const Plan& plan) {
  if (plan.boundaries.size() < 2 || plan.boundaries.front() != 0) return out_of_range("boundaries");
  if (plan.boundaries.back() != plan.frames) return out_of_range("boundaries");
  for (const AudioRendition& sound : plan.sounds) {
    if (sound.boundaries.size() != plan.boundaries.size()) return out_of_range("sounds.boundaries");
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

}  // namespace

json::object to_object(const Plan& plan) {
  json::array chunks;
  for (const Chunk& chunk : plan.chunks) {
    chunks.push_back(json::array{chunk.first_segment, chunk.end_segment});
  }
  json::array ladder;
  for (const Rendition& rendition : plan.ladder) ladder.push_back(rendition_to_json(rendition));
  json::array sounds;
  for (const AudioRendition& sound : plan.sounds) {
    sounds.push_back(audio_rendition_to_json(sound));
  }
  json::object o{{"build", plan.build.str()},
                 {"source_stream", plan.source_stream},
                 {"source_time_base", to_json(plan.source_time_base)},
                 {"first_pts", plan.first_pts},
                 {"fps", to_json(plan.fps)},
                 {"frames", plan.frames},
                 {"rotation", plan.rotation},
                 {"mirrored", plan.mirrored},
                 {"deinterlace", plan.deinterlace},
                 {"field_order", plan.field_order},
                 {"tone_map", plan.tone_map},
                 {"tone_map_peak", plan.tone_map_peak},
                 {"boundaries", to_array(plan.boundaries)},
                 {"idrs", to_array(plan.idrs)},
                 {"chunks", std::move(chunks)},
                 {"ladder", std::move(ladder)},
                 {"copy_delay", plan.copy_delay},
                 {"sounds", std::move(sounds)},
                 {"target_duration", plan.target_duration},
                 {"reasons", to_array(plan.reasons)}};
  if (plan.thumbs) o["thumbs"] = thumbs_to_json(*plan.thumbs);
  return o;
}

std::string to_json(const Plan& plan) { return json::serialize(to_object(plan)); }

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
  plan.field_order = TRY(get_field_order(o));
  plan.tone_map = TRY(get_string(o, "tone_map"));
  if (o.contains("tone_map_peak")) {
    plan.tone_map_peak = TRY(get_small(o, "tone_map_peak", kLeastPeak, kMostPeak));
  }
  plan.boundaries = TRY(get_ascending(o, "boundaries"));
  plan.idrs = TRY(get_ascending(o, "idrs"));
  plan.chunks = TRY(get_chunks(o, "chunks", plan.segments()));
  for (const json::value& rung : *TRY(get_array(o, "ladder"))) {
    const json::object& object = *TRY(as_object(rung, "ladder"));
    plan.ladder.push_back(TRY(rendition_from_json(object)));
  }
  if (plan.ladder.empty()) return out_of_range("ladder");
  const auto is_copied = [](const Rendition& rung) { return rung.copied; };
  if (std::any_of(plan.ladder.begin() + 1, plan.ladder.end(), is_copied)) {
    return out_of_range("copied");
  }
  if (o.contains("copy_delay")) plan.copy_delay = TRY(get_small(o, "copy_delay", 0, kMaxCopyDelay));
  plan.target_duration = TRY(get_small(o, "target_duration", 1, 3600));
  plan.reasons = TRY(get_strings(o, "reasons"));
  plan.sounds = TRY(sounds_from_json(o));
  TRY_VOID(check_segments(plan));
  if (const json::object* thumbs = TRY(optional_object(o, "thumbs"))) {
    plan.thumbs = TRY(thumbs_from_json(*thumbs));
    TRY_VOID(check_thumbs(plan));
  }
  return plan;
}

}  // namespace vodmill::plan
