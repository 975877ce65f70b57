#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <tuple>

#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

// A segment, and the one before it in the playlist.
struct Seam {
  const KnownSegment& before;
  const KnownSegment& after;
};

// Calls visit(uri, seam) for each seam that no EXT-X-DISCONTINUITY marks.
template <class Visit>
void for_each_seam(const StreamFacts& stream, Visit visit) {
  for (const NamedTrack& named : played_tracks(stream)) {
    const auto known = known_segments(named.track);
    for (std::size_t i = 1; i < known.size(); ++i) {
      const Seam seam{known[i - 1], known[i]};
      const bool follows = seam.before.index + 1 == seam.after.index;
      if (follows && !seam.after.line.discontinuity) visit(named.uri, seam);
    }
  }
}

bool have_one_clock(const Seam& seam) {
  return seam.before.init.timescale == seam.after.init.timescale;
}

// From decoding to presentation of a time in the segment.
std::int64_t delay(const KnownSegment& segment, std::int64_t decoded, std::int64_t shown) {
  return shown - decoded - segment.init.media_time.value_or(0);
}

// How far presentation is ahead of decoding at the end, less that at the next beginning: decode
// times that jump are another rule.
void check_presentation(const StreamFacts& stream, const Tell& tell) {
  for_each_seam(stream, [&](const std::string&, const Seam& seam) {
    if (!have_one_clock(seam)) return;
    const SegmentFacts& before = seam.before.facts;
    const SegmentFacts& after = seam.after.facts;
    const std::int64_t gap = delay(seam.after, after.start, after.first_pts) -
                             delay(seam.before, before.start + before.duration, before.end_pts);
    if (std::abs(gap) <= std::max(before.longest_sample, after.longest_sample)) return;
    tell("segment " + seam.after.line.uri,
         "What it shows begins " + in_seconds(std::abs(gap), seam.after.init.timescale) +
             (gap > 0 ? " after" : " before") +
             " the segment before it ends: let presentation times go on.");
  });
}

void check_decode_times(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : played_tracks(stream)) {
    for (const KnownSegment& segment : known_segments(named.track)) {
      if (segment.facts.is_continuous) continue;
      tell("segment " + segment.line.uri,
           "Its fragments leave a gap in decode time (tfdt): make it again.");
    }
  }
  for_each_seam(stream, [&](const std::string&, const Seam& seam) {
    const std::int64_t end = seam.before.facts.start + seam.before.facts.duration;
    if (!have_one_clock(seam) || seam.after.facts.start == end) return;
    tell("segment " + seam.after.line.uri,
         "It starts at " + std::to_string(seam.after.facts.start) +
             " (tfdt), the one before ends at " + std::to_string(end) +
             ": write continuous decode times.");
  });
}

bool are_one_encoding(const InitFacts& a, const InitFacts& b) {
  const auto facts = [](const InitFacts& init) {
    return std::tie(init.codecs, init.timescale, init.width, init.height, init.primaries,
                    init.transfer, init.matrix, init.channels);
  };
  return facts(a) == facts(b);
}

void check_encodings(const StreamFacts& stream, const Tell& tell) {
  for_each_seam(stream, [&](const std::string& uri, const Seam& seam) {
    if (are_one_encoding(seam.before.init, seam.after.init)) return;
    tell(at_line(uri, seam.after.line.line),
         "Another encoding begins with this segment: write EXT-X-DISCONTINUITY before it.");
  });
}

// Of frames that all last equally long; one alone may stand for a longer time.
std::optional<std::int64_t> frame_duration(const KnownSegment& segment) {
  const SegmentFacts& facts = segment.facts;
  const bool is_constant = facts.longest_sample - facts.shortest_sample <= 1;
  if (!segment.init.is_video || !is_constant || facts.samples < 2) return std::nullopt;
  return to_foreign(facts.longest_sample, segment.init.timescale);
}

void check_frame_rates(const StreamFacts& stream, const Tell& tell) {
  for_each_seam(stream, [&](const std::string& uri, const Seam& seam) {
    const auto before = frame_duration(seam.before);
    const auto after = frame_duration(seam.after);
    if (!before || !after) return;
    // Coarse timescales round: two units are none.
    const std::int64_t allowed =
        to_foreign(1, seam.before.init.timescale) + to_foreign(1, seam.after.init.timescale);
    if (std::abs(*after - *before) <= allowed) return;
    tell(at_line(uri, seam.after.line.line),
         "Frames last " + in_seconds(*after, kForeignTimescale) + " from here on, " +
             in_seconds(*before, kForeignTimescale) +
             " before: write EXT-X-DISCONTINUITY where the rate changes.");
  });
}

std::vector<std::int64_t> discontinuities(const TrackFacts& track) {
  std::vector<std::int64_t> found;
  std::int64_t at = 0;
  for (const ForeignSegment& segment : track.playlist.segments) {
    if (segment.discontinuity) found.push_back(at);
    at += segment.duration;
  }
  return found;
}

void check_discontinuities(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = played_tracks(stream);
  for (const NamedTrack& named : tracks) {
    const TrackFacts& first = tracks.front().track;
    const std::int64_t allowed = tolerance(first) + tolerance(named.track);
    const bool are_alike = std::ranges::equal(discontinuities(first), discontinuities(named.track),
                                              [allowed](std::int64_t left, std::int64_t right) {
                                                return std::abs(left - right) <= allowed;
                                              });
    if (are_alike) continue;
    tell(named.uri,
         "EXT-X-DISCONTINUITY does not stand at the first variant's times: mark the same "
         "ones in all playlists.");
  }
}

constexpr std::array kRules{
    Rule{"7.1", Severity::must, "What is shown goes on from segment to segment.",
         check_presentation},
    Rule{"7.3", Severity::must, "Decode times go on without a gap.", check_decode_times},
    Rule{"8.13", Severity::must, "Another encoding begins with an EXT-X-DISCONTINUITY.",
         check_encodings},
    Rule{"8.14", Severity::must, "Another frame rate begins with an EXT-X-DISCONTINUITY.",
         check_frame_rates},
    Rule{"8.15", Severity::must, "Discontinuities stand at the same times everywhere.",
         check_discontinuities},
};

}  // namespace

std::span<const Rule> break_rules() { return kRules; }

}  // namespace vodmill::hls
