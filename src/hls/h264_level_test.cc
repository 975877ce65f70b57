#include "hls/h264_level.h"

#include <gtest/gtest.h>

namespace vodmill::hls {
namespace {

TEST(H264Level, IsTheSmallestThatHolds) {
  EXPECT_EQ(smallest_h264_level(640, 360, {30, 1}, 1200, 2400), 30);
  EXPECT_EQ(smallest_h264_level(1280, 720, {30, 1}, 3000, 6000), 31);
  EXPECT_EQ(smallest_h264_level(1280, 720, {60, 1}, 4500, 9000), 32);
  EXPECT_EQ(smallest_h264_level(1920, 1080, {30, 1}, 6000, 12000), 40);
  EXPECT_EQ(smallest_h264_level(1920, 1080, {60, 1}, 9000, 18000), 42);
  EXPECT_EQ(smallest_h264_level(3840, 2160, {60, 1}, 20000, 40000), 52);
}

TEST(H264Level, RisesWithTheBitRate) {
  EXPECT_EQ(smallest_h264_level(640, 360, {25, 1}, 12500, 12500), 30) << "High: 1.25 times as much";
  EXPECT_EQ(smallest_h264_level(640, 360, {25, 1}, 12501, 12501), 31);
  EXPECT_EQ(smallest_h264_level(1920, 1080, {24, 1}, 20000, 31251), 41) << "by its buffer";
}

TEST(H264Level, RisesWithALongSide) {
  EXPECT_EQ(smallest_h264_level(16, 1808, {1, 1}, 50, 100), 22) << "113 rows: 8 * 1620 >= 113^2";
}

TEST(H264Level, HasALargest) { EXPECT_EQ(smallest_h264_level(16384, 16384, {60, 1}, 50, 100), 62); }

}  // namespace
}  // namespace vodmill::hls
