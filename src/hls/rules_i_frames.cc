#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "base/rational.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

bool has_pictures(const StreamFacts& stream) {
  const auto tracks = variant_tracks(stream);
  return std::ranges::any_of(tracks, [](const NamedTrack& named) {
    return std::ranges::any_of(named.track.inits, [](const InitFacts& init) {
      return std::ranges::find(init.tracks, "vide", &TrackName::handler) != init.tracks.end();
    });
  });
}

void check_provided(const StreamFacts& stream, const Tell& tell) {
  if (!stream.multivariant.i_frame_variants.empty() || !has_pictures(stream)) return;
  tell(stream.name,
       "There is no EXT-X-I-FRAME-STREAM-INF: add an I-frame playlist; players seek "
       "and wind with it.");
}

void check_dense(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = i_frame_tracks(stream);
  if (tracks.empty()) return;
  const bool is_dense = std::ranges::any_of(tracks, [](const NamedTrack& named) {
    const auto pictures = static_cast<std::int64_t>(named.track.playlist.segments.size());
    // A second each, and half a second for the last.
    return 2 * playlist_duration(named.track) <= (2 * pictures + 1) * kForeignTimescale;
  });
  if (!is_dense) {
    tell(stream.name, "No I-frame playlist has a picture each second: add one that has.");
  }
}

using Sides = std::pair<int, int>;

// Of pictures of each size, the lowest average bit rate of the variants that have it.
std::map<Sides, std::int64_t> rates_of_pictures(const StreamFacts& stream) {
  std::map<Sides, std::int64_t> rates;
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const TrackFacts* track = variant.resolution ? find_track(stream, variant.uri) : nullptr;
    const auto rate = track ? measured(*track) : std::nullopt;
    if (!rate) continue;
    const Sides sides{variant.resolution->width, variant.resolution->height};
    std::int64_t& lowest = rates.try_emplace(sides, rate->average).first->second;
    lowest = std::min(lowest, rate->average);
  }
  return rates;
}

// Whether its pictures are those of the variants (Apple 6.3), which are as large as they are.
bool is_of_variants(const TrackFacts& track, const std::set<std::string_view>& uris) {
  const auto& lines = track.playlist.segments;
  return std::ranges::any_of(lines,
                             [&](const ForeignSegment& line) { return uris.contains(line.uri); });
}

std::set<std::string_view> uris_of_variants(const StreamFacts& stream) {
  std::set<std::string_view> uris;
  for (const NamedTrack& named : variant_tracks(stream)) {
    for (const ForeignSegment& line : named.track.playlist.segments) uris.insert(line.uri);
  }
  return uris;
}

// A picture a second takes an eighth of what all pictures take; more of them take more.
void check_rates(const StreamFacts& stream, const Tell& tell) {
  constexpr int kSmallestInTable = 360;  // of Apple 6.7, in lines: below, headers outweigh pictures
  constexpr double kShare = 1.0 / 8;
  constexpr double kSlack = 2;
  const auto rates = rates_of_pictures(stream);
  const auto uris = uris_of_variants(stream);
  for (const ForeignVariant& variant : stream.multivariant.i_frame_variants) {
    const TrackFacts* track = find_track(stream, variant.uri);
    const PictureSize size = variant.resolution.value_or(PictureSize());
    if (!track || std::min(size.width, size.height) < kSmallestInTable) continue;
    if (is_of_variants(*track, uris)) continue;
    const auto real = measured(*track);
    const auto whole = rates.find({size.width, size.height});
    const auto duration = static_cast<double>(playlist_duration(*track));
    if (!real || whole == rates.end() || duration <= 0) continue;
    const double a_second = static_cast<double>(track->playlist.segments.size()) *
                            static_cast<double>(kForeignTimescale) / duration;
    const double wanted = static_cast<double>(whole->second) * a_second * kShare;
    if (static_cast<double>(real->average) <= kSlack * wanted) continue;
    tell(variant.uri, "The I-frames have " + std::to_string(real->average / 1000) +
                          " kbit/s, more than twice the " +
                          std::to_string(static_cast<std::int64_t>(wanted) / 1000) +
                          " that fit the pictures of this size: encode them smaller.");
  }
}

void check_tag(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : i_frame_tracks(stream)) {
    if (!named.track.playlist.i_frames_only) {
      tell(named.uri, "Add EXT-X-I-FRAMES-ONLY: an EXT-X-I-FRAME-STREAM-INF names it.");
    }
  }
}

// Only a moof says where the picture is.
void check_ranges(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : i_frame_tracks(stream)) {
    for (std::size_t i = 0; i < named.track.segments.size(); ++i) {
      const SegmentFacts& facts = named.track.segments[i];
      const ForeignSegment& line = named.track.playlist.segments[i];
      if (facts.look == Look::unread || line.map < 0) continue;
      const std::string where = at_line(named.uri, line.line);
      if (!begins_fragment(facts.first_box)) {
        tell(where, "The range does not begin with the picture's moof box: let it begin there.");
      } else if (facts.is_i_frame_known && !facts.i_frame_pts) {
        tell(where,
             "The range holds no IDR picture from its moof to its end: let it reach over both.");
      }
    }
  }
}

// Each lasts until the next picture. One frame may be lost to rounding, as everywhere.
void check_durations(const StreamFacts& stream, const Tell& tell) {
  constexpr std::int64_t kFrame = kForeignTimescale / 24;
  for (const NamedTrack& named : i_frame_tracks(stream)) {
    const auto& lines = named.track.playlist.segments;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      const auto here = named.track.segments[i].i_frame_pts;
      const auto next = named.track.segments[i + 1].i_frame_pts;
      const bool is_known = here && next && lines[i].map >= 0;
      if (!is_known || lines[i].map != lines[i + 1].map || lines[i + 1].discontinuity) continue;
      const std::int64_t timescale =
          named.track.inits[static_cast<std::size_t>(lines[i].map)].timescale;
      const std::int64_t real = mul_div_round(*next - *here, kForeignTimescale, timescale);
      if (std::abs(real - lines[i].duration) <= kFrame) continue;
      tell(at_line(named.uri, lines[i].line),
           "EXTINF is " + in_seconds(lines[i].duration, kForeignTimescale) +
               ", the next picture comes after " + in_seconds(real, kForeignTimescale) +
               ": write that.");
    }
  }
}

// What the I-frames' codec configuration says; null if it is not known.
const InitFacts* init_of(const StreamFacts& stream, const ForeignVariant& variant) {
  const TrackFacts* track = find_track(stream, variant.uri);
  return track ? known_init(*track) : nullptr;
}

void check_codecs(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignVariant& variant : stream.multivariant.i_frame_variants) {
    const std::string where = at_line(stream.name, variant.line);
    const InitFacts* init = init_of(stream, variant);
    if (variant.codecs.empty()) {
      tell(where, "Add CODECS to EXT-X-I-FRAME-STREAM-INF.");
    } else if (init && variant.codecs != std::vector{init->codecs}) {
      tell(where, "The I-frames are " + init->codecs + ": write that as CODECS.");
    }
  }
}

void check_resolution(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignVariant& variant : stream.multivariant.i_frame_variants) {
    const std::string where = at_line(stream.name, variant.line);
    const InitFacts* init = init_of(stream, variant);
    if (!variant.resolution) {
      tell(where, "Add RESOLUTION to EXT-X-I-FRAME-STREAM-INF.");
    } else if (init && init->is_video &&
               (variant.resolution->width != init->width ||
                variant.resolution->height != init->height)) {
      tell(where, "The I-frames are " + std::to_string(init->width) + "x" +
                      std::to_string(init->height) + ": write that as RESOLUTION.");
    }
  }
}

constexpr std::array kRules{
    Rule{"6.1", Severity::must, "There are I-frame playlists.", check_provided},
    Rule{"6.2", Severity::should, "An I-frame playlist has a picture each second.", check_dense},
    Rule{"6.5", Severity::should,
         "I-frames encoded apart have an eighth of the pictures' bit rate, times their rate.",
         check_rates},
    Rule{"6.8", Severity::must, "I-frame playlists say EXT-X-I-FRAMES-ONLY.", check_tag},
    Rule{"6.10", Severity::must, "An I-frame's segment holds its moof and all of the picture.",
         check_ranges},
    Rule{"RFC 8216 4.3.3.6", Severity::must, "An I-frame lasts until the next one.",
         check_durations},
    Rule{"9.3", Severity::must, "EXT-X-I-FRAME-STREAM-INF has CODECS, and they are true.",
         check_codecs},
    Rule{"9.4", Severity::must, "EXT-X-I-FRAME-STREAM-INF has RESOLUTION, and it is true.",
         check_resolution},
};

}  // namespace

std::span<const Rule> i_frame_rules() { return kRules; }

}  // namespace vodmill::hls
