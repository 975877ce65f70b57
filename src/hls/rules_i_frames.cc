#include <algorithm>
#include <array>

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

void check_ranges(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : i_frame_tracks(stream)) {
    for (std::size_t i = 0; i < named.track.segments.size(); ++i) {
      const SegmentFacts& facts = named.track.segments[i];
      const ForeignSegment& line = named.track.playlist.segments[i];
      if (facts.look == Look::unread || line.map < 0 || facts.first_box == "moof") continue;
      tell(at_line(named.uri, line.line),
           "The range does not begin with the picture's moof box: let it begin there.");
    }
  }
}

void check_attributes(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignVariant& variant : stream.multivariant.i_frame_variants) {
    const std::string where = at_line(stream.name, variant.line);
    if (variant.codecs.empty()) tell(where, "Add CODECS to EXT-X-I-FRAME-STREAM-INF.");
    if (!variant.resolution) tell(where, "Add RESOLUTION to EXT-X-I-FRAME-STREAM-INF.");
  }
}

constexpr std::array kRules{
    Rule{"6.1", Severity::must, "There are I-frame playlists.", check_provided},
    Rule{"6.2", Severity::should, "An I-frame playlist has a picture each second.", check_dense},
    Rule{"6.8", Severity::must, "I-frame playlists say EXT-X-I-FRAMES-ONLY.", check_tag},
    Rule{"6.10", Severity::must, "The range of an I-frame begins with its moof.", check_ranges},
    Rule{"9.3", Severity::must, "EXT-X-I-FRAME-STREAM-INF has CODECS and RESOLUTION (9.4).",
         check_attributes},
};

}  // namespace

std::span<const Rule> i_frame_rules() { return kRules; }

}  // namespace vodmill::hls
