#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "hls/media_playlist.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

constexpr std::int64_t kHalfSecond = kForeignTimescale / 2;

void check_starts_with_idr(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : variant_tracks(stream)) {
    for (const KnownSegment& segment : known_segments(named.track)) {
      if (segment.init.is_video && !segment.facts.starts_with_idr) {
        tell("segment " + segment.line.uri,
             "It does not begin with an IDR picture: force one at each boundary.");
      }
    }
  }
}

// Of the first: that the others have the same is another rule.
void check_target(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = seen_and_heard_tracks(stream);
  if (tracks.empty()) return;
  const auto target = tracks.front().track.playlist.target_duration;
  if (target && *target != 6) {
    tell(tracks.front().uri, "The target duration is " + std::to_string(*target) + " s: use 6.");
  }
}

// Without the first segment, which may be short for a quick start, and the last, which is what is
// left.
void check_six_seconds(const StreamFacts& stream, const Tell& tell) {
  constexpr std::size_t kFewest = 3;
  constexpr std::int64_t kWanted = 6 * kForeignTimescale;
  for (const NamedTrack& named : seen_and_heard_tracks(stream)) {
    const auto& lines = named.track.playlist.segments;
    if (lines.size() < kFewest) continue;
    std::vector<std::int64_t> inner;
    for (std::size_t i = 1; i + 1 < lines.size(); ++i) inner.push_back(lines[i].duration);
    const auto middle = inner.begin() + std::ssize(inner) / 2;
    std::ranges::nth_element(inner, middle);
    if (std::abs(*middle - kWanted) <= kHalfSecond) continue;
    tell(named.uri, "Most segments last " + in_seconds(*middle, kForeignTimescale) +
                        ": cut them every 6 seconds.");
  }
}

void check_written_durations(const StreamFacts& stream, const Tell& tell) {
  for (const auto& [uri, track] : stream.tracks) {
    if (!track.playlist.target_duration) continue;
    const auto target = static_cast<int>(*track.playlist.target_duration);
    for (const ForeignSegment& segment : track.playlist.segments) {
      if (fits_target(segment.duration, kForeignTimescale, target)) continue;
      tell(at_line(uri, segment.line),
           "The segment lasts " + in_seconds(segment.duration, kForeignTimescale) +
               ", EXT-X-TARGETDURATION is " + std::to_string(target) + ": raise that.");
    }
  }
}

void check_real_durations(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : played_tracks(stream)) {
    if (!named.track.playlist.target_duration) continue;
    const std::int64_t most =
        *named.track.playlist.target_duration * kForeignTimescale + kHalfSecond;
    for (const KnownSegment& segment : known_segments(named.track)) {
      if (to_foreign(segment.facts.duration, segment.init.timescale) <= most) continue;
      tell("segment " + segment.line.uri,
           "It holds " + in_seconds(segment.facts.duration, segment.init.timescale) +
               ", more than the target duration and half a second: cut it shorter.");
    }
  }
}

// Sums, not single durations: players add them up.
void check_sums(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : played_tracks(stream)) {
    const auto known = known_segments(named.track);
    if (known.size() != named.track.segments.size()) continue;
    const std::int64_t allowed = tolerance(named.track);
    std::int64_t written = 0;
    std::int64_t real = 0;
    for (const KnownSegment& segment : known) {
      written += segment.line.duration;
      real += to_foreign(segment.facts.duration, segment.init.timescale);
      if (std::abs(written - real) <= allowed) continue;
      tell(at_line(named.uri, segment.line.line),
           "Up to here EXTINF adds up to " + in_seconds(written, kForeignTimescale) +
               ", the segments to " + in_seconds(real, kForeignTimescale) +
               ": write the segments' real durations.");
      break;
    }
  }
}

void check_one_target(const StreamFacts& stream, const Tell& tell) {
  std::optional<std::int64_t> first;
  for (const NamedTrack& named : seen_and_heard_tracks(stream)) {
    const auto target = named.track.playlist.target_duration;
    if (!target) continue;
    if (!first) first = target;
    if (*target != *first) {
      tell(named.uri, "Its target duration is " + std::to_string(*target) +
                          " s, the first variant's " + std::to_string(*first) +
                          ": write the same in all playlists of picture and sound.");
    }
  }
}

void tell_other_durations(const std::vector<NamedTrack>& tracks, const NamedTrack& first,
                          const Tell& tell) {
  const std::int64_t wanted = playlist_duration(first.track);
  for (const NamedTrack& named : tracks) {
    const std::int64_t here = playlist_duration(named.track);
    if (std::abs(here - wanted) <= tolerance(named.track) + tolerance(first.track)) continue;
    tell(named.uri, "It lasts " + in_seconds(here, kForeignTimescale) + ", " + first.uri + " " +
                        in_seconds(wanted, kForeignTimescale) +
                        ": cover the same range in all playlists.");
  }
}

void check_one_duration(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = seen_and_heard_tracks(stream);
  if (!tracks.empty()) tell_other_durations(tracks, tracks.front(), tell);
}

void check_subtitles_duration(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = seen_and_heard_tracks(stream);
  if (tracks.empty()) return;
  tell_other_durations(media_tracks(stream, "SUBTITLES"), tracks.front(), tell);
}

void check_one_range(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = seen_and_heard_tracks(stream);
  if (!tracks.empty()) tell_other_durations(i_frame_tracks(stream), tracks.front(), tell);
  std::optional<std::int64_t> first;
  std::int64_t first_tolerance = 0;
  for (const NamedTrack& named : played_tracks(stream)) {
    const auto known = known_segments(named.track);
    if (known.empty() || known.front().index != 0 || !known.front().init.media_time) continue;
    const std::int64_t start =
        to_foreign(known.front().facts.first_pts - *known.front().init.media_time,
                   known.front().init.timescale);
    const std::int64_t allowed = tolerance(named.track);
    if (!first) {
      first = start;
      first_tolerance = allowed;
    }
    if (std::abs(start - *first) <= allowed + first_tolerance) continue;
    tell(named.uri, "It starts at " + in_seconds(start, kForeignTimescale) +
                        ", the first variant at " + in_seconds(*first, kForeignTimescale) +
                        ": start all renditions at one time.");
  }
}

// Where segments begin, by EXTINF, and where the last one ends.
std::vector<std::int64_t> boundaries(const TrackFacts& track) {
  std::vector<std::int64_t> found{0};
  for (const ForeignSegment& segment : track.playlist.segments) {
    found.push_back(found.back() + segment.duration);
  }
  return found;
}

// Whether each segment of `track` begins about where one of `other` begins or ends.
bool begins_with(const TrackFacts& track, const TrackFacts& other, std::int64_t allowed) {
  std::vector<std::int64_t> begins = boundaries(track);
  begins.pop_back();
  const std::vector<std::int64_t> marks = boundaries(other);
  return std::ranges::all_of(begins, [&](std::int64_t begin) {
    const auto near = std::ranges::lower_bound(marks, begin - allowed);
    return near != marks.end() && *near <= begin + allowed;
  });
}

void check_boundaries(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = seen_and_heard_tracks(stream);
  for (const NamedTrack& named : tracks) {
    const TrackFacts& first = tracks.front().track;
    const std::int64_t allowed = std::max(tolerance(first), tolerance(named.track));
    if (begins_with(first, named.track, allowed) && begins_with(named.track, first, allowed)) {
      continue;
    }
    tell(named.uri,
         "Its segments do not begin where the first variant's do: cut all at the same "
         "frames; switching stalls otherwise.");
  }
}

constexpr std::array kRules{
    Rule{"RFC 8216 4.3.3.1", Severity::must, "EXTINF, rounded, is at most the target duration.",
         check_written_durations},
    Rule{"7.4", Severity::must, "Every video segment begins with an IDR picture.",
         check_starts_with_idr},
    Rule{"7.5", Severity::should, "The target duration is 6 seconds.", check_target},
    Rule{"7.6", Severity::should, "Segments last 6 seconds.", check_six_seconds},
    Rule{"7.7", Severity::must, "No segment exceeds the target duration by half a second.",
         check_real_durations},
    Rule{"8.1", Severity::must, "EXTINF adds up to the real durations within a frame.", check_sums},
    Rule{"8.2", Severity::must, "Picture and sound have one target duration.", check_one_target},
    Rule{"8.3", Severity::must, "Picture and sound last equally long.", check_one_duration},
    Rule{"8.7", Severity::must, "All start at one time, and I-frames last as long as the pictures.",
         check_one_range},
    Rule{"5.5", Severity::must, "Subtitles last as long as the pictures.",
         check_subtitles_duration},
    Rule{"8.22", Severity::should, "Picture and sound have the same segment boundaries.",
         check_boundaries},
};

}  // namespace

std::span<const Rule> time_rules() { return kRules; }

}  // namespace vodmill::hls
