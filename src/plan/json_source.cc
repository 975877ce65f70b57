#include <algorithm>
#include <array>

#include "plan/json.h"
#include "plan/json_fields.h"

namespace vodmill::plan {
namespace {

constexpr int kMaxNits = 1'000'000;

json::object copy_to_json(const CopyFacts& copy) {
  if (!copy.obstacle.empty()) return {{"obstacle", copy.obstacle}};
  return {{"cuts", to_array(copy.cuts)},
          {"bytes", to_array(copy.bytes)},
          {"delay", copy.delay},
          {"codecs", copy.codecs}};
}

// "avc1.64001f": the mill's word, which playlists repeat.
bool is_avc(std::string_view codecs) {
  constexpr std::string_view kFront = "avc1.";
  constexpr std::string_view kHex = "0123456789abcdef";
  return codecs.size() == kFront.size() + 6 && codecs.starts_with(kFront) &&
         codecs.find_first_not_of(kHex, kFront.size()) == std::string_view::npos;
}

Result<CopyFacts> copy_from_json(const json::object& video) {
  CopyFacts copy;
  // Probes of before there was copying have none.
  const json::object* found = TRY(optional_object(video, "copy"));
  if (!found || found->contains("obstacle")) {
    if (found) copy.obstacle = TRY(get_string(*found, "obstacle"));
    if (copy.obstacle.empty()) return out_of_range("obstacle");
    return copy;
  }
  copy.obstacle.clear();
  copy.cuts = TRY(get_ascending(*found, "cuts"));
  if (copy.cuts.empty() || copy.cuts.front() != 0) return out_of_range("cuts");
  for (const json::value& value : *TRY(get_array(*found, "bytes"))) {
    if (!value.is_int64() || value.get_int64() < 0 || value.get_int64() > kMaxTicks) {
      return out_of_range("bytes");
    }
    copy.bytes.push_back(value.get_int64());
  }
  if (copy.bytes.size() != copy.cuts.size()) return out_of_range("bytes");
  copy.delay = TRY(get_small(*found, "delay", 0, kMaxCopyDelay));
  copy.codecs = TRY(get_string(*found, "codecs"));
  if (!is_avc(copy.codecs)) return out_of_range("codecs");
  return copy;
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
          {"content_peak", v.content_peak},
          {"mastering_peak", v.mastering_peak},
          {"interlaced", v.interlaced},
          {"field_order", v.field_order},
          {"time_base", to_json(v.time_base)},
          {"first_pts", v.first_pts},
          {"end_pts", v.end_pts},
          {"packets", v.packets},
          {"least_rate", to_json(v.least_rate)},
          {"grid_rate", to_json(v.grid_rate)},
          {"keyframes", to_array(v.keyframes)},
          {"copy", copy_to_json(v.copy)}};
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
  // Probes of before these were looked for have none of them.
  if (o.contains("content_peak")) v.content_peak = TRY(get_small(o, "content_peak", 0, kMaxNits));
  if (o.contains("mastering_peak")) {
    v.mastering_peak = TRY(get_small(o, "mastering_peak", 0, kMaxNits));
  }
  v.interlaced = TRY(get_bool(o, "interlaced"));
  v.field_order = TRY(get_field_order(o));
  v.time_base = TRY(get_rational(o, "time_base", false));
  v.first_pts = TRY(get_ticks(o, "first_pts"));
  v.end_pts = TRY(get_ticks(o, "end_pts"));
  if (v.end_pts < v.first_pts) return out_of_range("end_pts");
  v.packets = TRY(get_between(o, "packets", 0, kMaxTicks));
  v.least_rate = TRY(get_rational(o, "least_rate", true));
  v.grid_rate = TRY(get_rational(o, "grid_rate", true));
  v.keyframes = TRY(get_ascending(o, "keyframes"));
  v.copy = TRY(copy_from_json(o));
  return v;
}

json::object audio_to_json(const AudioStreamInfo& a) {
  return {{"index", a.index},         {"codec", a.codec},
          {"channels", a.channels},   {"sample_rate", a.sample_rate},
          {"language", a.language},   {"time_base", to_json(a.time_base)},
          {"first_pts", a.first_pts}, {"end_pts", a.end_pts},
          {"packets", a.packets},     {"title", a.title},
          {"default", a.is_default},  {"purpose", name_of(a.purpose)}};
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

// Probes of before there were several sounds have one, or none, as "audio".
Result<std::vector<AudioStreamInfo>> sounds_from_json(const json::object& info) {
  std::vector<AudioStreamInfo> sounds;
  if (const json::object* audio = TRY(optional_object(info, "audio"))) {
    sounds.push_back(TRY(audio_from_json(*audio)));
  }
  if (!info.contains("sounds")) return sounds;
  for (const json::value& value : *TRY(get_array(info, "sounds"))) {
    const json::object& object = *TRY(as_object(value, "sounds"));
    AudioStreamInfo sound = TRY(audio_from_json(object));
    sound.title = TRY(get_string(object, "title"));
    if (sound.title.size() > kMaxTitleBytes) return out_of_range("title");
    sound.is_default = TRY(get_bool(object, "default"));
    sound.purpose = TRY(get_purpose(object, "purpose"));
    sounds.push_back(std::move(sound));
  }
  if (sounds.size() > kMaxSounds) return out_of_range("sounds");
  return sounds;
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

json::object to_object(const SourceInfo& info) {
  json::array sounds;
  for (const AudioStreamInfo& sound : info.sounds) sounds.push_back(audio_to_json(sound));
  json::object o{{"container", info.container},
                 {"bytes", info.bytes},
                 {"sounds", std::move(sounds)},
                 {"truncated", info.truncated},
                 {"notes", to_array(info.notes)}};
  if (info.video) o["video"] = video_to_json(*info.video);
  if (info.lost_sound) o["lost_sound"] = lost_sound_to_json(*info.lost_sound);
  if (info.gap_at) o["gap_at"] = *info.gap_at;
  return o;
}

std::string to_json(const SourceInfo& info) { return json::serialize(to_object(info)); }

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
  info.sounds = TRY(sounds_from_json(o));
  if (const json::object* lost = TRY(optional_object(o, "lost_sound"))) {
    info.lost_sound = TRY(lost_sound_from_json(*lost));
  }
  if (o.contains("gap_at")) info.gap_at = TRY(get_seconds(o, "gap_at"));
  return info;
}

}  // namespace vodmill::plan
