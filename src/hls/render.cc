#include "hls/render.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>
#include <utility>

#include "hls/bandwidth.h"
#include "hls/h264_level.h"
#include "hls/names.h"
#include "hls/refusal.h"

namespace vodmill::hls {
namespace {

constexpr std::string_view kAudioGroup = "audio";
constexpr std::string_view kAacLowComplexity = "mp4a.40.2";
constexpr std::int64_t kBitsPerKilobit = 1000;
constexpr std::int64_t kFirstVariantBandwidth = 2'000'000;  // Apple 1.32

const Segment* find_init(std::span<const Segment> rows) {
  const auto found = std::ranges::find(rows, kInitSegment, &Segment::index);
  return found == rows.end() ? nullptr : &*found;
}

// Rows of segments 0, 1, 2 ... up to the first gap, all of one timescale.
std::vector<const Segment*> contiguous_front(std::span<const Segment> rows) {
  std::vector<const Segment*> front;
  for (const Segment& row : rows) {
    if (row.index == kInitSegment) continue;
    const bool follows = row.index == static_cast<int>(front.size()) &&
                         (front.empty() || row.timescale == front.front()->timescale);
    if (!follows) break;
    front.push_back(&row);
  }
  return front;
}

bool holds_all(const std::vector<const Segment*>& front, std::span<const Segment> rows) {
  return front.size() + 1 == rows.size();
}

MediaPlaylist playlist_of(const Plan& plan, const Segment& init,
                          const std::vector<const Segment*>& segments) {
  MediaPlaylist playlist;
  playlist.target_duration = plan.target_duration;
  playlist.init_uri = segment_uri(init.key);
  playlist.timescale = segments.front()->timescale;
  for (const Segment* row : segments) {
    playlist.segments.push_back({segment_uri(row->key), row->duration});
  }
  return playlist;
}

bool is_language_tag(std::string_view text) {
  constexpr std::size_t kLongest = 35;  // RFC 5646, 4.4.1
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Apple's media characteristics: a player chooses by them what its listener needs.
std::string_view characteristics_of(SoundPurpose purpose) {
  switch (purpose) {
    case SoundPurpose::main:
    case SoundPurpose::commentary:
      return "";
    case SoundPurpose::described:
      return "public.accessibility.describes-video";
    case SoundPurpose::clear_speech:
      return "public.accessibility.enhances-speech-intelligibility";
  }
  std::unreachable();
}

AudioMedia media_of(const AudioRendition& sound, std::string uri) {
  // The source's file chose the language; one that cannot be a tag is as good as unknown.
  const bool known = is_language_tag(sound.language) && sound.language != "und";
  AudioMedia media;
  media.group_id = kAudioGroup;
  media.name = known ? sound.language : "Audio";
  if (!sound.label.empty()) media.name = sound.label;
  media.language = known ? sound.language : "und";
  media.characteristics = characteristics_of(sound.purpose);
  media.channels = sound.channels;
  media.uri = std::move(uri);
  return media;
}

using PlaylistName = std::string (*)(int generation, std::string_view rendition);

// The first is the default. A player takes no commentary by itself, nor has it to choose between
// two of one language and kind (RFC 8216, 4.3.4.1.1).
std::vector<AudioMedia> audio_of(const Plan& plan, int generation, PlaylistName name) {
  std::vector<AudioMedia> group;
  for (const AudioRendition& sound : plan.sounds) {
    AudioMedia media = media_of(sound, name(generation, sound.name));
    const auto is_alike = [&](const AudioMedia& other) {
      return other.autoselect && other.language == media.language &&
             other.characteristics == media.characteristics;
    };
    media.is_default = group.empty();
    media.autoselect = media.is_default || (sound.purpose != SoundPurpose::commentary &&
                                            std::ranges::none_of(group, is_alike));
    group.push_back(std::move(media));
  }
  return group;
}

// All of a variant that the plan alone decides.
Variant variant_of(const Plan& plan, const Rendition& rendition) {
  Variant variant;
  variant.width = rendition.width;
  variant.height = rendition.height;
  variant.frame_rate = plan.fps;
  if (!plan.sounds.empty()) variant.audio_group = kAudioGroup;
  return variant;
}

std::string predicted_codecs(const Plan& plan, const Rendition& rendition) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string sound = plan.sounds.empty() ? "" : "," + std::string(kAacLowComplexity);
  if (rendition.copied) return rendition.codecs + sound;
  const int level = smallest_h264_level(rendition.width, rendition.height, plan.fps,
                                        rendition.max_kbps, rendition.buffer_kbits);
  std::string codecs = "avc1.6400";  // High profile, no constraint flags
  codecs += kHex[static_cast<std::size_t>(level / 16)];
  codecs += kHex[static_cast<std::size_t>(level % 16)];
  return codecs + sound;
}

void order_by_bandwidth(std::vector<Variant>& variants) {
  std::ranges::sort(variants, [](const Variant& a, const Variant& b) {
    return std::tie(a.bandwidth, a.uri) < std::tie(b.bandwidth, b.uri);
  });
}

void order_for_start(std::vector<Variant>& variants) {
  order_by_bandwidth(variants);
  const auto first = std::ranges::min_element(variants, {}, [](const Variant& variant) {
    return std::abs(variant.bandwidth - kFirstVariantBandwidth);
  });
  if (first != variants.end()) std::rotate(variants.begin(), first, first + 1);
}

// A rendition's rows measured, and its codecs string.
struct Measured {
  Bandwidth bandwidth;
  std::string codecs;
};

Result<Measured> measure(const Plan& plan, const RenditionRows& rows, std::string_view rendition) {
  const auto found = rows.find(rendition);
  if (found == rows.end()) return refuse("There are no rows of " + std::string(rendition) + ".");
  const Segment* init = find_init(found->second);
  if (init == nullptr || init->codecs.empty()) {
    return refuse(std::string(rendition) + " has no InitSegment that names its codecs.");
  }
  const Bandwidth bandwidth = measure_bandwidth(found->second, plan.target_duration);
  if (bandwidth.peak == 0) return refuse(std::string(rendition) + " has no segments.");
  return Measured{bandwidth, init->codecs};
}

// The largest bandwidth of any, which a variant is played with (Apple 9.13), and all their codecs.
Result<Measured> measure_sounds(const Plan& plan, const RenditionRows& rows) {
  Measured all;
  std::set<std::string> codecs;
  for (const AudioRendition& sound : plan.sounds) {
    Measured one = TRY(measure(plan, rows, sound.name));
    all.bandwidth.peak = std::max(all.bandwidth.peak, one.bandwidth.peak);
    all.bandwidth.average = std::max(all.bandwidth.average, one.bandwidth.average);
    codecs.insert(std::move(one.codecs));
  }
  for (const std::string& each : codecs) all.codecs += (all.codecs.empty() ? "" : ",") + each;
  return all;
}

// Rows of a rendition's key frames: each lasts until the next one. Empty if one is not known.
std::vector<Segment> key_frames_of(std::span<const Segment> rows) {
  std::vector<Segment> frames(rows.begin(), rows.end());
  for (Segment& row : frames) {
    if (row.index == kInitSegment) continue;
    if (!row.key_frame) return {};
    row.bytes = row.key_frame->bytes;
  }
  return frames;
}

std::optional<IFrameVariant> i_frames_of(const Plan& plan, int generation,
                                         const Rendition& rendition,
                                         std::span<const Segment> rows) {
  const std::vector<Segment> frames = key_frames_of(rows);
  if (frames.empty()) return std::nullopt;
  const Bandwidth bandwidth = measure_bandwidth(frames, plan.target_duration);
  return IFrameVariant{.uri = i_frame_playlist_name(generation, rendition.name),
                       .bandwidth = bandwidth.peak,
                       .average_bandwidth = bandwidth.average,
                       .codecs = find_init(rows)->codecs,
                       .width = rendition.width,
                       .height = rendition.height};
}

}  // namespace

std::optional<MediaPlaylist> render_media(const Plan& plan, std::span<const Segment> rows,
                                          bool ended) {
  const Segment* init = find_init(rows);
  const std::vector<const Segment*> front = contiguous_front(rows);
  if (init == nullptr || front.empty()) return std::nullopt;
  MediaPlaylist playlist = playlist_of(plan, *init, front);
  playlist.ended = ended && holds_all(front, rows);
  return playlist;
}

MultivariantPlaylist provisional_multivariant(const Plan& plan, int generation) {
  MultivariantPlaylist playlist;
  int audio_kbps = 0;
  for (const AudioRendition& sound : plan.sounds) audio_kbps = std::max(audio_kbps, sound.kbps);
  for (const Rendition& rendition : plan.ladder) {
    Variant variant = variant_of(plan, rendition);
    variant.uri = media_playlist_name(generation, rendition.name);
    variant.bandwidth = (rendition.max_kbps + audio_kbps) * kBitsPerKilobit;
    variant.codecs = predicted_codecs(plan, rendition);
    playlist.variants.push_back(std::move(variant));
  }
  order_by_bandwidth(playlist.variants);
  playlist.audio = audio_of(plan, generation, media_playlist_name);
  return playlist;
}

Result<MediaPlaylist> final_media(const Plan& plan, std::span<const Segment> rows) {
  const Segment* init = find_init(rows);
  const std::vector<const Segment*> front = contiguous_front(rows);
  if (init == nullptr || front.empty()) return refuse("The InitSegment or segment 0 is missing.");
  if (!holds_all(front, rows)) {
    return refuse("Segment " + std::to_string(front.size()) +
                  " is missing or has another timescale.");
  }
  for (const Segment* row : front) {
    if (!fits_target(row->duration, row->timescale, plan.target_duration)) {
      return refuse("Segment " + std::to_string(row->index) + " is longer than the " +
                    std::to_string(plan.target_duration) + " s of the target duration.");
    }
  }
  MediaPlaylist playlist = playlist_of(plan, *init, front);
  playlist.type = PlaylistType::vod;
  playlist.ended = true;
  return playlist;
}

std::optional<MediaPlaylist> final_i_frames(const Plan& plan, std::span<const Segment> rows) {
  const Segment* init = find_init(rows);
  if (init == nullptr || key_frames_of(rows).empty()) return std::nullopt;
  const std::vector<const Segment*> front = contiguous_front(rows);
  if (front.empty()) return std::nullopt;
  MediaPlaylist playlist = playlist_of(plan, *init, front);
  playlist.type = PlaylistType::vod;
  playlist.ended = true;
  playlist.i_frames_only = true;
  for (std::size_t i = 0; i < front.size(); ++i) playlist.segments[i].range = front[i]->key_frame;
  return playlist;
}

Result<MultivariantPlaylist> final_multivariant(const Plan& plan, int generation,
                                                const RenditionRows& rows) {
  MultivariantPlaylist playlist;
  const Measured audio = TRY(measure_sounds(plan, rows));
  playlist.audio = audio_of(plan, generation, final_media_playlist_name);
  for (const Rendition& rendition : plan.ladder) {
    const Measured video = TRY(measure(plan, rows, rendition.name));
    const Bandwidth sum = video.bandwidth + audio.bandwidth;
    Variant variant = variant_of(plan, rendition);
    variant.uri = final_media_playlist_name(generation, rendition.name);
    variant.bandwidth = sum.peak;
    variant.average_bandwidth = sum.average;
    variant.codecs = video.codecs;
    if (!audio.codecs.empty()) variant.codecs += "," + audio.codecs;
    playlist.variants.push_back(std::move(variant));
    auto i_frames = i_frames_of(plan, generation, rendition, rows.find(rendition.name)->second);
    if (i_frames) playlist.i_frames.push_back(std::move(*i_frames));
  }
  std::ranges::sort(playlist.i_frames, {}, &IFrameVariant::bandwidth);
  order_for_start(playlist.variants);
  return playlist;
}

}  // namespace vodmill::hls
