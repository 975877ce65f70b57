// Measured bit rates of a media playlist (RFC 8216, 4.1 and 4.3.4.2). Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

#include "core/segment.h"

namespace vodmill::hls {

struct Bandwidth {
  std::int64_t peak = 0;     // bits/s, rounded up
  std::int64_t average = 0;  // bits/s, rounded up

  // A variant is played with its audio: peaks add up (Apple 9.13).
  friend Bandwidth operator+(Bandwidth a, Bandwidth b) {
    return {a.peak + b.peak, a.average + b.average};
  }
};

// `rows` are one rendition's in the order of their index, all of one timescale; InitSegments are
// not counted. The peak is the largest bit rate of any contiguous set of segments that lasts from
// 0.5 to 1.5 target durations, and never below the average: a short last segment may fit no such
// set, and a video under half a target duration has none. target_duration is in seconds, > 0.
Bandwidth measure_bandwidth(std::span<const Segment> rows, int target_duration);

}  // namespace vodmill::hls
