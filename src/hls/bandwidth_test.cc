#include "hls/bandwidth.h"

#include <gtest/gtest.h>

#include <vector>

namespace vodmill::hls {
namespace {

constexpr int kTarget = 6;

// Segments of (milliseconds, bytes), behind an InitSegment that must not count.
std::vector<Segment> rows(std::vector<std::pair<int, int>> segments) {
  std::vector<Segment> made(1);
  made[0].index = kInitSegment;
  made[0].bytes = 1'000'000'000;
  for (const auto& [duration, bytes] : segments) {
    Segment segment;
    segment.index = static_cast<int>(made.size()) - 1;
    segment.duration = duration;
    segment.timescale = 1000;
    segment.bytes = bytes;
    made.push_back(segment);
  }
  return made;
}

TEST(Bandwidth, TheBusiestSegmentIsThePeak) {
  const Bandwidth measured =
      measure_bandwidth(rows({{6000, 600}, {6000, 1200}, {6000, 600}}), kTarget);
  EXPECT_EQ(measured.peak, 1600);
  EXPECT_EQ(measured.average, 1067) << "8 * 2400 / 18, rounded up";
}

TEST(Bandwidth, AShortLastSegmentCountsTogetherWithTheOneBefore) {
  const Bandwidth measured = measure_bandwidth(rows({{6000, 600}, {1000, 800}}), kTarget);
  EXPECT_EQ(measured.peak, 1600) << "1400 bytes in 7 s, not 800 bytes in 1 s";
}

TEST(Bandwidth, AShortLastSegmentThatFitsNoSetCountsInTheAverageOnly) {
  const auto quiet = rows({{6500, 6500}, {2600, 26}});
  EXPECT_EQ(measure_bandwidth(quiet, kTarget).peak, 8000)
      << "together they last longer than 1.5 target durations";
  const Bandwidth loud = measure_bandwidth(rows({{6500, 650}, {2600, 26000}}), kTarget);
  EXPECT_EQ(loud.average, 23429) << "8 * 26650 / 9.1, rounded up";
  EXPECT_EQ(loud.peak, loud.average) << "a peak is never below the average";
}

TEST(Bandwidth, SmallSegmentsCountInSets) {
  const Bandwidth measured =
      measure_bandwidth(rows({{2000, 200}, {2000, 800}, {2000, 200}, {2000, 200}}), kTarget);
  EXPECT_EQ(measured.peak, 2000) << "1000 bytes in 4 s";
}

TEST(Bandwidth, BothBordersOfASetCount) {
  EXPECT_EQ(measure_bandwidth(rows({{3000, 600}, {6000, 300}}), kTarget).peak, 1600);
  EXPECT_EQ(measure_bandwidth(rows({{2999, 600}, {6000, 300}}), kTarget).peak, 801)
      << "900 bytes in 8.999 s";
  EXPECT_EQ(measure_bandwidth(rows({{9000, 9000}, {6000, 60}}), kTarget).peak, 8000);
  EXPECT_EQ(measure_bandwidth(rows({{9001, 900}, {6000, 6000}}), kTarget).peak, 8000);
  EXPECT_EQ(measure_bandwidth(rows({{9000, 9000}, {3000, 6000}}), kTarget).peak, 16000);
  EXPECT_EQ(measure_bandwidth(rows({{9000, 9000}, {2999, 6000}}), kTarget).peak, 10001)
      << "the average: 15000 bytes in 11.999 s";
}

TEST(Bandwidth, AVeryShortVideoPeaksAtItsAverage) {
  const Bandwidth measured = measure_bandwidth(rows({{500, 1000}}), kTarget);
  EXPECT_EQ(measured.peak, 16000);
  EXPECT_EQ(measured.average, 16000);
}

TEST(Bandwidth, OfNothingIsZero) {
  EXPECT_EQ(measure_bandwidth({}, kTarget).peak, 0);
  EXPECT_EQ(measure_bandwidth(rows({}), kTarget).average, 0);
}

}  // namespace
}  // namespace vodmill::hls
