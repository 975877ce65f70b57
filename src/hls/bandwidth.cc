#include "hls/bandwidth.h"

#include <algorithm>

namespace vodmill::hls {
namespace {

constexpr int kBitsPerByte = 8;

// Sums over a contiguous set of segments.
struct Stretch {
  std::int64_t bytes = 0;
  std::int64_t duration = 0;  // in `timescale`
  std::int64_t timescale = 1;

  void add(const Segment& segment) {
    bytes += segment.bytes;
    duration += segment.duration;
    timescale = segment.timescale;
  }

  // Compares the duration with half_targets / 2 target durations.
  bool lasts_at_least(int half_targets, int target) const {
    return 2 * duration >= std::int64_t{half_targets} * target * timescale;
  }
  bool lasts_at_most(int half_targets, int target) const {
    return 2 * duration <= std::int64_t{half_targets} * target * timescale;
  }

  std::int64_t bits_per_second() const {
    if (duration <= 0) return 0;
    const __int128 bits = static_cast<__int128>(bytes) * kBitsPerByte * timescale;
    return static_cast<std::int64_t>((bits + duration - 1) / duration);
  }
};

// The largest rate of the sets that begin with rows[0].
std::int64_t peak_from(std::span<const Segment> rows, int target_duration) {
  std::int64_t peak = 0;
  Stretch stretch;
  for (const Segment& segment : rows) {
    stretch.add(segment);
    if (!stretch.lasts_at_most(3, target_duration)) break;
    if (stretch.lasts_at_least(1, target_duration)) {
      peak = std::max(peak, stretch.bits_per_second());
    }
  }
  return peak;
}

}  // namespace

Bandwidth measure_bandwidth(std::span<const Segment> rows, int target_duration) {
  while (!rows.empty() && rows.front().index == kInitSegment) rows = rows.subspan(1);
  Stretch whole;
  std::int64_t peak = 0;
  for (std::size_t first = 0; first < rows.size(); ++first) {
    whole.add(rows[first]);
    peak = std::max(peak, peak_from(rows.subspan(first), target_duration));
  }
  const std::int64_t average = whole.bits_per_second();
  return {std::max(peak, average), average};
}

}  // namespace vodmill::hls
