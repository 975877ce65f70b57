#include "mill/packet_scan.h"

#include <gmock/gmock.h>

namespace vodmill::mill {
namespace {

using testing::ElementsAre;

void add(PacketScan& scan, std::int64_t pts, std::int64_t duration, int flags = 0) {
  const av::PacketPtr packet = av::make_packet();
  packet->pts = pts;
  packet->dts = AV_NOPTS_VALUE;
  packet->duration = duration;
  packet->flags = flags;
  scan.add(*packet);
}

TEST(PacketScan, OrdersTimesAndForgetsRepeatedOnes) {
  PacketScan scan;
  for (const std::int64_t pts : {0, 120, 40, 80, 80}) add(scan, pts, 40);
  scan.sort();
  EXPECT_THAT(scan.pts, ElementsAre(0, 40, 80, 120));
  EXPECT_EQ(scan.packets, 5);
  EXPECT_EQ(scan.end_with_last_step(), 160);
}

TEST(PacketScan, KeepsNoMoreTimesThanItMayAndTheLast) {
  PacketScan scan;
  scan.most_times = 4;
  for (std::int64_t i = 0; i < 100; ++i) add(scan, 40 * i, 0, AV_PKT_FLAG_KEY);
  scan.sort();
  EXPECT_THAT(scan.pts, ElementsAre(0, 40, 80, 3960));
  EXPECT_EQ(scan.packets, 100);
  EXPECT_EQ(scan.end_with_last_step(), 4000);
}

TEST(PacketScan, LeavesOutWhatAnEditListHides) {
  PacketScan scan;
  add(scan, -80, 40, AV_PKT_FLAG_KEY | AV_PKT_FLAG_DISCARD);
  add(scan, -40, 40, AV_PKT_FLAG_DISCARD);
  add(scan, 0, 40);
  add(scan, 40, 40, AV_PKT_FLAG_KEY);
  scan.sort();
  EXPECT_THAT(scan.pts, ElementsAre(0, 40));
  EXPECT_THAT(scan.keyframes, ElementsAre(40));
  EXPECT_EQ(scan.seen, 4);
  EXPECT_EQ(scan.packets, 2);
}

TEST(PacketScan, SeesAPacketThatIsCutShort) {
  PacketScan scan;
  add(scan, 0, 40, AV_PKT_FLAG_KEY);
  EXPECT_FALSE(scan.cut_short);
  add(scan, 40, 40, AV_PKT_FLAG_KEY | AV_PKT_FLAG_CORRUPT);
  EXPECT_TRUE(scan.cut_short);
  EXPECT_THAT(scan.keyframes, ElementsAre(0));
}

TEST(PacketScan, GivesTheLastFrameItsStepWhereTheFileSaysNone) {
  for (const std::int64_t duration : {0, 1}) {
    PacketScan scan;
    for (const std::int64_t pts : {0, 33, 67, 100}) add(scan, pts, duration);
    scan.sort();
    EXPECT_GE(scan.end_with_last_step(), 133);
    EXPECT_LE(scan.end_with_last_step(), 134);
  }
}

TEST(PacketScan, BelievesALastFrameThatLastsLong) {
  PacketScan scan;
  for (const std::int64_t pts : {0, 33, 67}) add(scan, pts, 33);
  add(scan, 100, 5000);
  scan.sort();
  EXPECT_EQ(scan.end_with_last_step(), 5100);
}

TEST(PacketScan, FindsGapsButNotASlowRate) {
  PacketScan scan;
  for (const std::int64_t pts : {0, 40, 80, 120, 1500, 1540, 1580}) add(scan, pts, 40);
  scan.sort();
  ASSERT_EQ(scan.gaps(1000).size(), 1U);
  EXPECT_EQ(scan.gaps(1000).front().from, 160);
  EXPECT_EQ(scan.gaps(1000).front().to, 1500);
  EXPECT_TRUE(scan.gaps(1400).empty());
  PacketScan slow;
  for (const std::int64_t pts : {0, 2000, 4000, 6000}) add(slow, pts, 2000);
  slow.sort();
  EXPECT_TRUE(slow.gaps(1000).empty());
}

TEST(PacketScan, EndsASingleFrameAfterItsStart) {
  PacketScan scan;
  add(scan, 700, 0);
  scan.sort();
  EXPECT_EQ(scan.end_with_last_step(), 701);
}

TEST(PacketScan, TakesTheDecodeTimeWhereThereIsNoOther) {
  PacketScan scan;
  const av::PacketPtr packet = av::make_packet();
  packet->dts = 12;
  scan.add(*packet);
  scan.sort();
  EXPECT_THAT(scan.pts, ElementsAre(12));
}

}  // namespace
}  // namespace vodmill::mill
