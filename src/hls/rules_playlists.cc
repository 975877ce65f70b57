#include <algorithm>
#include <array>
#include <set>

#include "base/rational.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

void check_vod(const StreamFacts& stream, const Tell& tell) {
  for (const auto& [uri, track] : stream.tracks) {
    if (track.look != Look::whole) continue;
    if (track.playlist.type != "VOD") {
      tell(uri, "Write EXT-X-PLAYLIST-TYPE:VOD: the video is complete.");
    }
  }
}

void check_end(const StreamFacts& stream, const Tell& tell) {
  for (const auto& [uri, track] : stream.tracks) {
    if (track.look == Look::whole && !track.playlist.ended) {
      tell(uri, "Write EXT-X-ENDLIST at the end: players wait for more otherwise.");
    }
  }
}

void check_map(const StreamFacts& stream, const Tell& tell) {
  for (const auto& [uri, track] : stream.tracks) {
    for (std::size_t i = 0; i < track.segments.size(); ++i) {
      const ForeignSegment& line = track.playlist.segments[i];
      if (line.map >= 0 || !begins_fragment(track.segments[i].first_box)) continue;
      tell(at_line(uri, line.line),
           "An fMP4 segment needs EXT-X-MAP before it: name its initialization segment.");
    }
  }
}

void check_attribute(const StreamFacts& stream, const Tell& tell, std::string_view name,
                     bool (*is_missing)(const ForeignVariant&)) {
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    if (!is_missing(variant)) continue;
    tell(at_line(stream.name, variant.line), "Add " + std::string(name) + " to EXT-X-STREAM-INF.");
  }
}

void check_resolution(const StreamFacts& stream, const Tell& tell) {
  check_attribute(stream, tell, "RESOLUTION", [](const ForeignVariant& variant) {
    return !variant.resolution && !is_sound_alone(variant);
  });
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const TrackFacts* track = find_track(stream, variant.uri);
    const InitFacts* init = track ? known_init(*track) : nullptr;
    if (!variant.resolution || !init || !init->is_video) continue;
    if (variant.resolution->width == init->width && variant.resolution->height == init->height)
      continue;
    tell(at_line(stream.name, variant.line), "The pictures are " + std::to_string(init->width) +
                                                 "x" + std::to_string(init->height) +
                                                 ": write that as RESOLUTION.");
  }
}

void check_average(const StreamFacts& stream, const Tell& tell) {
  check_attribute(stream, tell, "AVERAGE-BANDWIDTH",
                  [](const ForeignVariant& variant) { return !variant.average_bandwidth; });
}

void check_frame_rate(const StreamFacts& stream, const Tell& tell) {
  check_attribute(stream, tell, "FRAME-RATE", [](const ForeignVariant& variant) {
    return !variant.frame_rate && !is_sound_alone(variant);
  });
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const TrackFacts* track = find_track(stream, variant.uri);
    if (!variant.frame_rate || !track) continue;
    std::int64_t samples = 0;
    std::int64_t duration = 0;
    std::int64_t timescale = 1;
    for (const KnownSegment& segment : known_segments(*track)) {
      if (!segment.init.is_video) continue;
      samples += segment.facts.samples;
      duration += segment.facts.duration;
      timescale = segment.init.timescale;
    }
    if (duration <= 0) continue;
    const std::int64_t real = mul_div_round(samples, 1000 * timescale, duration);
    // Thousandths, and what a coarse timescale rounds away.
    if (std::abs(real - *variant.frame_rate) <= 1 + real / 500) continue;
    tell(at_line(stream.name, variant.line), "There are " + std::to_string(samples) +
                                                 " frames in " + in_seconds(duration, timescale) +
                                                 ": write their rate as FRAME-RATE.");
  }
}

// What a track's codec configuration says; empty if it is not known.
std::set<std::string> codecs_of(const StreamFacts& stream, const std::string& uri) {
  const TrackFacts* track = find_track(stream, uri);
  std::set<std::string> codecs;
  if (!track || track->inits.empty()) return codecs;
  for (const InitFacts& init : track->inits) {
    if (init.look != Look::whole) return {};
    codecs.insert(init.codecs);
  }
  return codecs;
}

void check_codecs(const StreamFacts& stream, const Tell& tell) {
  check_attribute(stream, tell, "CODECS",
                  [](const ForeignVariant& variant) { return variant.codecs.empty(); });
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    // What is to be done about that is said by Apple 8.9.
    if (variant.codecs.empty() || lacks_its_sound(stream, variant)) continue;
    std::set<std::string> real = codecs_of(stream, variant.uri);
    bool is_known = !real.empty() && variant.subtitles.empty();
    for (const ForeignMedia& media : stream.multivariant.media) {
      if (variant.audio.empty() || media.type != "AUDIO" || media.group_id != variant.audio ||
          !media.uri) {
        continue;
      }
      const auto more = codecs_of(stream, *media.uri);
      is_known &= !more.empty();
      real.insert(more.begin(), more.end());
    }
    if (!is_known || real == std::set(variant.codecs.begin(), variant.codecs.end())) continue;
    std::string text;
    for (const std::string& codec : real) text += (text.empty() ? "" : ",") + codec;
    tell(at_line(stream.name, variant.line),
         "The segments hold " + text + ": write that as CODECS.");
  }
}

void check_several_rates(const StreamFacts& stream, const Tell& tell) {
  std::set<std::string> uris;
  for (const ForeignVariant& variant : stream.multivariant.variants) uris.insert(variant.uri);
  if (uris.size() == 1) {
    tell(stream.name, "There is one variant: add a smaller one for slow lines.");
  }
}

// "HD" is from 720 lines on.
void check_two_at_the_top(const StreamFacts& stream, const Tell& tell) {
  constexpr int kHd = 720;
  PictureSize top;
  std::set<std::string> at_top;
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    if (!variant.resolution || variant.resolution->height < top.height) continue;
    if (variant.resolution->height > top.height) at_top.clear();
    top = *variant.resolution;
    at_top.insert(variant.uri);
  }
  if (std::min(top.width, top.height) >= kHd && at_top.size() == 1) {
    tell(stream.name, "One variant has the top resolution: add another of a lower bit rate.");
  }
}

// The variants whose playlists do not say it, where the multivariant playlist does not.
std::vector<NamedTrack> not_independent(const StreamFacts& stream) {
  if (stream.multivariant.independent_segments) return {};
  auto tracks = variant_tracks(stream);
  std::vector<NamedTrack> found;
  for (const NamedTrack& named : tracks) {
    if (!named.track.playlist.independent_segments) found.push_back(named);
  }
  return found;
}

// It would be enough to say it once; where some do not say it at all, that is the other rule.
void check_independent(const StreamFacts& stream, const Tell& tell) {
  if (stream.multivariant.independent_segments || !not_independent(stream).empty()) return;
  tell(stream.name, "Add EXT-X-INDEPENDENT-SEGMENTS: it is true of all variants at once here.");
}

void check_independent_somewhere(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : not_independent(stream)) {
    tell(named.uri, "Add EXT-X-INDEPENDENT-SEGMENTS, here or in " + stream.name + ".");
  }
}

// Calls visit(where, key) for each EXT-X-KEY.
template <class Visit>
void for_each_key(const StreamFacts& stream, Visit visit) {
  for (const auto& [uri, track] : stream.tracks) {
    for (const ForeignKey& key : track.playlist.keys) visit(at_line(uri, key.line), key);
  }
}

void check_fair_play(const StreamFacts& stream, const Tell& tell) {
  for_each_key(stream, [&](const std::string& where, const ForeignKey& key) {
    if (key.format != "com.apple.streamingkeydelivery" || key.method == "SAMPLE-AES") return;
    tell(where, "Keys of FairPlay go with METHOD=SAMPLE-AES: encrypt so.");
  });
}

void check_not_counter_mode(const StreamFacts& stream, const Tell& tell) {
  for_each_key(stream, [&](const std::string& where, const ForeignKey& key) {
    if (key.method != "SAMPLE-AES-CTR") return;
    tell(where, "Apple's devices cannot decrypt SAMPLE-AES-CTR: encrypt with SAMPLE-AES.");
  });
}

constexpr std::array kRules{
    Rule{"RFC 8216 4.3.3.4", Severity::must, "Playlists say where they end.", check_end},
    Rule{"8.6", Severity::must, "Playlists say that they are VOD.", check_vod},
    Rule{"8.20", Severity::must, "fMP4 segments have an EXT-X-MAP.", check_map},
    Rule{"9.1", Severity::must, "CODECS is there and true.", check_codecs},
    Rule{"9.2", Severity::must, "RESOLUTION is there and true.", check_resolution},
    Rule{"9.9", Severity::must, "There are variants of several bit rates.", check_several_rates},
    Rule{"9.10", Severity::should, "HD has two variants at the top resolution.",
         check_two_at_the_top},
    Rule{"9.11", Severity::should, "EXT-X-INDEPENDENT-SEGMENTS is in the multivariant playlist.",
         check_independent},
    Rule{"9.12", Severity::must, "EXT-X-INDEPENDENT-SEGMENTS is there, or in all video playlists.",
         check_independent_somewhere},
    Rule{"9.14", Severity::must, "AVERAGE-BANDWIDTH is there.", check_average},
    Rule{"9.15", Severity::must, "FRAME-RATE is there and true.", check_frame_rate},
    Rule{"13.2", Severity::must, "What FairPlay encrypts is SAMPLE-AES.", check_fair_play},
    Rule{"13.11", Severity::must, "Nothing is SAMPLE-AES-CTR.", check_not_counter_mode},
};

}  // namespace

std::span<const Rule> playlist_rules() { return kRules; }

}  // namespace vodmill::hls
