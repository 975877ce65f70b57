#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

std::string in_kbps(std::int64_t bits) { return std::to_string(bits / 1000) + " kbit/s"; }

// The track and the largest member of each group it is played with; nullopt if any was not read.
std::optional<Bandwidth> played_bandwidth(const StreamFacts& stream,
                                          const ForeignVariant& variant) {
  const TrackFacts* track = find_track(stream, variant.uri);
  auto sum = track ? measured(*track) : std::nullopt;
  for (const auto& [type, group] :
       {std::pair("AUDIO", variant.audio), std::pair("SUBTITLES", variant.subtitles)}) {
    Bandwidth largest;
    for (const ForeignMedia& media : stream.multivariant.media) {
      if (group.empty() || media.type != type || media.group_id != group) continue;
      if (!media.uri || *media.uri == variant.uri) continue;
      const TrackFacts* other = find_track(stream, *media.uri);
      const auto rate = other ? measured(*other) : std::nullopt;
      if (!rate) return std::nullopt;
      largest.peak = std::max(largest.peak, rate->peak);
      largest.average = std::max(largest.average, rate->average);
    }
    if (sum) sum = *sum + largest;
  }
  return sum;
}

template <class Visit>
void for_each_measured(const StreamFacts& stream, Visit visit) {
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const auto rate = played_bandwidth(stream, variant);
    if (rate) visit(variant, *rate);
  }
}

bool differ_by_a_tenth(std::int64_t said, std::int64_t real) {
  return 10 * std::abs(said - real) > std::max(said, real);
}

void check_average(const StreamFacts& stream, const Tell& tell) {
  for_each_measured(stream, [&](const ForeignVariant& variant, Bandwidth real) {
    if (!variant.average_bandwidth) return;
    if (!differ_by_a_tenth(*variant.average_bandwidth, real.average)) return;
    tell(at_line(stream.name, variant.line),
         "AVERAGE-BANDWIDTH is " + in_kbps(*variant.average_bandwidth) + ", the segments have " +
             in_kbps(real.average) + ": write " + std::to_string(real.average) + ".");
  });
}

void check_peak(const StreamFacts& stream, const Tell& tell) {
  for_each_measured(stream, [&](const ForeignVariant& variant, Bandwidth real) {
    if (!variant.bandwidth || !differ_by_a_tenth(*variant.bandwidth, real.peak)) return;
    tell(at_line(stream.name, variant.line), "BANDWIDTH is " + in_kbps(*variant.bandwidth) +
                                                 ", the measured peak " + in_kbps(real.peak) +
                                                 ": write " + std::to_string(real.peak) + ".");
  });
}

void check_sum_of_peaks(const StreamFacts& stream, const Tell& tell) {
  for_each_measured(stream, [&](const ForeignVariant& variant, Bandwidth real) {
    // A thousandth for durations that EXTINF rounds.
    if (!variant.bandwidth || *variant.bandwidth + *variant.bandwidth / 1000 >= real.peak) return;
    tell(at_line(stream.name, variant.line),
         "BANDWIDTH is below the sum of the peaks of picture and sound: write " +
             std::to_string(real.peak) + ".");
  });
}

void check_i_frame_peak(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignVariant& variant : stream.multivariant.i_frame_variants) {
    const TrackFacts* track = find_track(stream, variant.uri);
    const auto real = track ? measured(*track) : std::nullopt;
    if (!real || !variant.bandwidth || !differ_by_a_tenth(*variant.bandwidth, real->peak)) continue;
    tell(at_line(stream.name, variant.line),
         "BANDWIDTH is " + in_kbps(*variant.bandwidth) + ", the measured peak of the I-frames " +
             in_kbps(real->peak) + ": write " + std::to_string(real->peak) + ".");
  }
}

void check_burstiness(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : variant_tracks(stream)) {
    const auto rate = measured(named.track);
    if (!rate || rate->peak <= 2 * rate->average) continue;
    tell(named.uri, "The peak of " + in_kbps(rate->peak) + " is more than twice the average of " +
                        in_kbps(rate->average) + ": lower the encoder's maximum rate.");
  }
}

void check_first_variant(const StreamFacts& stream, const Tell& tell) {
  constexpr std::int64_t kWanted = 2'000'000;
  const auto& variants = stream.multivariant.variants;
  if (variants.empty()) return;
  const auto by_peak = [](const ForeignVariant& variant) {
    return std::abs(variant.bandwidth.value_or(0) - kWanted);
  };
  const auto by_average = [](const ForeignVariant& variant) {
    return std::abs(variant.average_bandwidth.value_or(variant.bandwidth.value_or(0)) - kWanted);
  };
  const auto best = std::ranges::min_element(variants, {}, by_average);
  // Apple means the average. Who orders by the peak starts more carefully, which is no fault.
  const bool is_best =
      by_average(variants.front()) <= by_average(*best) ||
      by_peak(variants.front()) <= by_peak(*std::ranges::min_element(variants, {}, by_peak));
  if (is_best) return;
  tell(at_line(stream.name, best->line),
       "Put this variant first: players begin with the first, and it is nearest to 2000 kbit/s.");
}

constexpr std::array kRules{
    Rule{"1.26", Severity::must, "AVERAGE-BANDWIDTH is within 10 % of the segments' average.",
         check_average},
    Rule{"1.27", Severity::must, "BANDWIDTH is within 10 % of the measured peak.", check_peak},
    Rule{"1.30", Severity::should, "The peak is at most twice the average.", check_burstiness},
    Rule{"1.32", Severity::should, "The first variant is the one nearest to 2000 kbit/s.",
         check_first_variant},
    Rule{"6.9", Severity::must, "BANDWIDTH of I-frames is within 10 % of their measured peak.",
         check_i_frame_peak},
    Rule{"9.13", Severity::must, "BANDWIDTH covers the peaks of picture and sound together.",
         check_sum_of_peaks},
};

}  // namespace

std::span<const Rule> bandwidth_rules() { return kRules; }

}  // namespace vodmill::hls
