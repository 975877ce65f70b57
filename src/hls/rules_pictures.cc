#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "base/rational.h"
#include "hls/h264_level.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

constexpr int kHigh = 100;  // profile_idc
constexpr int kPq = 16;     // transfer characteristics, H.273
constexpr int kHlg = 18;

std::string level_text(int level) {
  return std::to_string(level / 10) + "." + std::to_string(level % 10);
}

// The variants' H.264 tracks.
template <class Visit>
void for_each_picture_track(const StreamFacts& stream, Visit visit) {
  for (const NamedTrack& named : variant_tracks(stream)) {
    const InitFacts* init = known_init(named.track);
    if (init && init->is_video) visit(named, *init);
  }
}

template <class Visit>
void for_each_video_entry(const StreamFacts& stream, Visit visit) {
  for (const NamedTrack& named : variant_tracks(stream)) {
    for (const InitFacts& init : named.track.inits) {
      for (const TrackName& track : init.tracks) {
        if (track.handler == "vide") visit(named.uri, track.sample_entry);
      }
    }
  }
}

void check_codec(const StreamFacts& stream, const Tell& tell) {
  constexpr std::array<std::string_view, 7> kAllowed{"avc1", "avc3", "hvc1", "hev1",
                                                     "dvh1", "dvhe", "av01"};
  for_each_video_entry(stream, [&](const std::string& uri, const std::string& entry) {
    if (std::ranges::find(kAllowed, entry) != kAllowed.end()) return;
    tell(uri, "The pictures are coded as " + entry + ": encode them as H.264, HEVC or AV1.");
  });
}

// Of a variant's pictures, as sample entries are named: what its initialization segments say, or
// else CODECS.
std::vector<std::string> picture_codes(const ForeignVariant& variant, const TrackFacts& track) {
  constexpr std::size_t kLength = 4;
  std::vector<std::string> codes;
  for (const InitFacts& init : track.inits) {
    for (const TrackName& each : init.tracks) {
      if (each.handler == "vide") codes.push_back(each.sample_entry);
    }
  }
  if (!codes.empty()) return codes;
  for (const std::string& codec : variant.codecs) {
    if (!is_sound_codec(codec)) codes.push_back(codec.substr(0, kLength));
  }
  return codes;
}

enum class Container { unknown, fmp4, transport_stream, other };

Container container_of(const ForeignSegment& line, const SegmentFacts& facts) {
  const bool is_seen = facts.look == Look::whole || facts.look == Look::opened ||
                       (facts.look == Look::beyond && facts.bytes > 0);
  if (!is_seen || line.gap || line.encrypted) return Container::unknown;
  if (begins_fragment(facts.first_box)) return Container::fmp4;
  return facts.is_transport_stream ? Container::transport_stream : Container::other;
}

// Tells of each variant with such pictures whose segments are in none of the containers.
void check_container(const StreamFacts& stream, const Tell& tell,
                     std::span<const std::string_view> codes, std::span<const Container> containers,
                     const std::string& sentence) {
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const TrackFacts* track = find_track(stream, variant.uri);
    if (!track) continue;
    const auto found = picture_codes(variant, *track);
    if (std::ranges::find_first_of(found, codes) == found.end()) continue;
    for (std::size_t i = 0; i < track->segments.size(); ++i) {
      const ForeignSegment& line = track->playlist.segments[i];
      const Container container = container_of(line, track->segments[i]);
      if (container == Container::unknown) continue;
      if (std::ranges::find(containers, container) != containers.end()) continue;
      tell(at_line(variant.uri, line.line), sentence);
      break;
    }
  }
}

void check_h264_container(const StreamFacts& stream, const Tell& tell) {
  constexpr std::array<std::string_view, 2> kH264{"avc1", "avc3"};
  constexpr std::array kContainers{Container::fmp4, Container::transport_stream};
  check_container(stream, tell, kH264, kContainers,
                  "The segment is neither fMP4 nor MPEG-TS: H.264 comes in one of them.");
}

void check_hevc_container(const StreamFacts& stream, const Tell& tell) {
  constexpr std::array<std::string_view, 4> kHevc{"hvc1", "hev1", "dvh1", "dvhe"};
  constexpr std::array kContainers{Container::fmp4};
  check_container(stream, tell, kHevc, kContainers,
                  "The segment is not fMP4, and its pictures are HEVC: make it fMP4.");
}

void check_profile(const StreamFacts& stream, const Tell& tell) {
  constexpr int kHighestLevel = 52;
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts& init) {
    const bool is_known = init.profile == 66 || init.profile == 77 || init.profile == kHigh;
    if (!is_known || init.level > kHighestLevel) {
      tell(named.uri, "The H.264 profile " + std::to_string(init.profile) + " at level " +
                          level_text(init.level) +
                          " is above High at 5.2: encode it 8-bit 4:2:0 and smaller.");
    }
  });
}

void check_some_low_level(const StreamFacts& stream, const Tell& tell) {
  constexpr int kOldDevices = 41;
  std::optional<int> lowest;
  for_each_picture_track(stream, [&](const NamedTrack&, const InitFacts& init) {
    lowest = std::min(lowest.value_or(init.level), init.level);
  });
  if (lowest && *lowest > kOldDevices) {
    tell(stream.name, "The lowest H.264 level is " + level_text(*lowest) +
                          ": add a variant of at most 4.1 for older devices.");
  }
}

void check_high_profile(const StreamFacts& stream, const Tell& tell) {
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts& init) {
    if (init.profile >= kHigh) return;
    tell(named.uri, "The H.264 profile is below High: encode with High, it costs fewer bits.");
  });
}

void check_parameter_sets(const StreamFacts& stream, const Tell& tell) {
  for_each_video_entry(stream, [&](const std::string& uri, const std::string& entry) {
    if (entry != "avc3" && entry != "hev1" && entry != "dvhe") return;
    tell(uri, "The sample entry " + entry + " keeps parameter sets in the samples: use " +
                  (entry == "avc3"   ? "avc1"
                   : entry == "hev1" ? "hvc1"
                                     : "dvh1") +
                  ".");
  });
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts&) {
    for (const KnownSegment& segment : known_segments(named.track)) {
      if (!segment.facts.has_parameter_sets) continue;
      tell("segment " + segment.line.uri,
           "Samples hold an SPS or PPS: keep them in the avcC box alone.");
    }
  });
}

// Frames a second of a segment, in thousandths.
Rational frame_rate(const KnownSegment& segment) {
  constexpr std::int64_t kAbsurd = 1000;
  constexpr std::int64_t kThousandths = 1000;
  const std::int64_t a_second = segment.facts.samples * segment.init.timescale;
  if (a_second / segment.facts.duration >= kAbsurd) return {kAbsurd, 1};
  return {mul_div_round(a_second, kThousandths, segment.facts.duration), kThousandths};
}

void check_level(const StreamFacts& stream, const Tell& tell) {
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts& init) {
    const auto known = known_segments(named.track);
    const auto rate = measured(named.track);
    if (known.empty() || !rate) return;
    // What the encoder was allowed is not known: twice the measured peak in a buffer of two
    // seconds.
    constexpr std::int64_t kSlack = 2;
    constexpr std::int64_t kMost = 1'000'000;
    const auto kbps = static_cast<int>(std::min(rate->peak * kSlack / 1000 + 1, kMost));
    const int needed = smallest_h264_level(init.width, init.height, frame_rate(known.front()), kbps,
                                           kbps * static_cast<int>(kSlack));
    if (init.level > needed) {
      tell(named.uri, "Level " + level_text(init.level) + " is declared, " + level_text(needed) +
                          " holds this size, frame rate and bit rate: declare that.");
    }
  });
}

void check_idr_distance(const StreamFacts& stream, const Tell& tell) {
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts&) {
    std::optional<std::int64_t> previous;
    for (const KnownSegment& segment : known_segments(named.track)) {
      const std::int64_t most = 2 * segment.init.timescale + segment.facts.longest_sample;
      std::vector<std::int64_t> times = segment.facts.idr_pts;
      times.push_back(segment.facts.end_pts);
      if (segment.line.discontinuity) previous.reset();
      std::int64_t worst = 0;
      for (const std::int64_t time : times) {
        worst = std::max(worst, time - previous.value_or(time));
        previous = time;
      }
      if (worst > most) {
        tell("segment " + segment.line.uri, "Up to " + in_seconds(worst, segment.init.timescale) +
                                                " pass without an IDR picture: put one every 2 s.");
      }
    }
  });
}

void check_progressive(const StreamFacts& stream, const Tell& tell) {
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts& init) {
    if (init.frames_only) return;
    tell(named.uri,
         "The SPS allows fields (frame_mbs_only_flag 0): deinterlace and encode "
         "progressive frames.");
  });
}

// Within a segment; from one to the next it is Apple 8.14.
void check_constant_rate(const StreamFacts& stream, const Tell& tell) {
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts&) {
    for (const KnownSegment& segment : known_segments(named.track)) {
      const SegmentFacts& facts = segment.facts;
      // Coarse timescales round: one unit is none.
      if (facts.longest_sample - facts.shortest_sample <= 1) continue;
      tell("segment " + segment.line.uri,
           "Frames last from " + in_seconds(facts.shortest_sample, segment.init.timescale) +
               " to " + in_seconds(facts.longest_sample, segment.init.timescale) +
               ": encode with a constant frame rate.");
    }
  });
}

void check_frame_rate(const StreamFacts& stream, const Tell& tell) {
  constexpr std::int64_t kMostThousandths = 60'000;
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    if (variant.frame_rate.value_or(0) > kMostThousandths) {
      tell(at_line(stream.name, variant.line), "FRAME-RATE is above 60: encode 60 at most.");
    }
  }
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts&) {
    const auto known = known_segments(named.track);
    const bool is_fast = std::ranges::any_of(
        known, [](const KnownSegment& segment) { return Rational{60, 1} < frame_rate(segment); });
    if (is_fast) tell(named.uri, "Segments hold more than 60 frames a second: encode 60 at most.");
  });
}

void check_one_colour_space(const StreamFacts& stream, const Tell& tell) {
  const InitFacts* first = nullptr;
  for_each_picture_track(stream, [&](const NamedTrack& named, const InitFacts& init) {
    if (!first) first = &init;
    if (std::tie(init.primaries, init.transfer, init.matrix) ==
        std::tie(first->primaries, first->transfer, first->matrix)) {
      return;
    }
    tell(named.uri,
         "Its colour space is not that of the first variant: use one for all, and tag it.");
  });
}

bool is_hdr(const InitFacts& init) { return init.transfer == kPq || init.transfer == kHlg; }

void check_sdr_exists(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = variant_tracks(stream);
  const bool is_all_hdr =
      !tracks.empty() && std::ranges::all_of(tracks, [](const NamedTrack& named) {
        const InitFacts* init = known_init(named.track);
        return init && is_hdr(*init);
      });
  const auto& variants = stream.multivariant.variants;
  const bool says_all_hdr =
      !variants.empty() && std::ranges::all_of(variants, [](const ForeignVariant& variant) {
        return variant.video_range == "PQ" || variant.video_range == "HLG";
      });
  if (is_all_hdr || says_all_hdr) {
    tell(stream.name, "All variants are HDR: add SDR variants for displays without it.");
  }
}

void check_video_range(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const TrackFacts* track = find_track(stream, variant.uri);
    const InitFacts* init = track ? known_init(*track) : nullptr;
    if (!init || !init->is_video) continue;
    const std::string_view real = init->transfer == kPq    ? "PQ"
                                  : init->transfer == kHlg ? "HLG"
                                                           : "SDR";
    const std::string said = variant.video_range.empty() ? "SDR" : variant.video_range;
    if (said == real) continue;
    tell(at_line(stream.name, variant.line), "The pictures are " + std::string(real) +
                                                 ": write VIDEO-RANGE=" + std::string(real) + ".");
  }
}

void check_aspect(const StreamFacts& stream, const Tell& tell) {
  std::optional<PictureSize> first;
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    if (!variant.resolution) continue;
    const PictureSize size = *variant.resolution;
    if (!first) first = size;
    // Sides are rounded to even numbers: each may be off by 2.
    const std::int64_t difference = std::abs(std::int64_t{size.width} * first->height -
                                             std::int64_t{size.height} * first->width);
    const std::int64_t allowed =
        2 * (std::int64_t{size.width} + size.height + first->width + first->height);
    if (difference > allowed) {
      tell(at_line(stream.name, variant.line),
           "Its aspect ratio is not that of the first variant: scale all from one picture.");
    }
  }
}

constexpr std::array kRules{
    Rule{"1.1", Severity::must, "Video is H.264, HEVC or AV1.", check_codec},
    Rule{"1.2", Severity::must, "H.264 comes in fMP4 or MPEG-TS.", check_h264_container},
    Rule{"1.3b", Severity::must, "H.264 is at most High at level 5.2.", check_profile},
    Rule{"1.3a", Severity::should, "Some H.264 variant is at most level 4.1.",
         check_some_low_level},
    Rule{"1.4", Severity::should, "H.264 is High.", check_high_profile},
    Rule{"1.5", Severity::must, "HEVC comes in fMP4.", check_hevc_container},
    Rule{"1.10", Severity::should, "Parameter sets are in the sample description alone.",
         check_parameter_sets},
    Rule{"1.11", Severity::should, "The level is not higher than the pictures need.", check_level},
    Rule{"1.13", Severity::should, "There is an IDR picture every two seconds.",
         check_idr_distance},
    Rule{"1.14", Severity::must, "Pictures are progressive.", check_progressive},
    Rule{"1.18", Severity::should, "The frame rate is constant.", check_constant_rate},
    Rule{"1.19", Severity::must, "There are at most 60 frames a second.", check_frame_rate},
    Rule{"1.21", Severity::should, "All variants have one colour space.", check_one_colour_space},
    Rule{"1.24", Severity::must, "There are SDR variants.", check_sdr_exists},
    Rule{"1.33", Severity::should, "All variants have one aspect ratio.", check_aspect},
    Rule{"9.16", Severity::must, "VIDEO-RANGE is said unless everything is SDR.",
         check_video_range},
};

}  // namespace

std::span<const Rule> picture_rules() { return kRules; }

}  // namespace vodmill::hls
