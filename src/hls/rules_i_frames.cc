#include <algorithm>
#include <array>
#include <cstdlib>

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

void check_tag(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : i_frame_tracks(stream)) {
    if (!named.track.playlist.i_frames_only) {
      tell(named.uri, "Add EXT-X-I-FRAMES-ONLY: an EXT-X-I-FRAME-STREAM-INF names it.");
    }
  }
}

// Fragments begin with the first of these, and only a moof says where the picture is.
bool begins_fragment(std::string_view box) {
  return box == "moof" || box == "styp" || box == "sidx" || box == "prft" || box == "emsg";
}

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
