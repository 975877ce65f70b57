#include "mill/copy_scan.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <vector>

namespace vodmill::mill {
namespace {

// Constrained Baseline at level 1: one SPS, one PPS.
constexpr std::array<std::uint8_t, 20> kConfig{1,    0x42, 0x40, 10,   0xff, 0xe1, 0,
                                               7,    0x67, 0x42, 0x40, 10,   0xda, 0x18,
                                               0x90, 1,    0,    2,    0x68, 0xee};
constexpr std::uint8_t kIdr = 0x65;
constexpr std::uint8_t kSlice = 0x41;
constexpr std::uint8_t kSps = 0x67;

class CopyScanTest : public testing::Test {
 public:
  ~CopyScanTest() override { avformat_free_context(context_); }

 protected:
  CopyScanTest() {
    AVCodecParameters& coded = *stream_->codecpar;
    coded.codec_type = AVMEDIA_TYPE_VIDEO;
    coded.codec_id = AV_CODEC_ID_H264;
    coded.format = AV_PIX_FMT_YUV420P;
    coded.extradata =
        static_cast<std::uint8_t*>(av_mallocz(kConfig.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    coded.extradata_size = static_cast<int>(kConfig.size());
    std::ranges::copy(kConfig, coded.extradata);
  }
  CopyScanTest(const CopyScanTest&) = delete;
  CopyScanTest& operator=(const CopyScanTest&) = delete;

  // One NAL unit of that kind. The packet is good until the next one.
  const AVPacket& packet(std::int64_t pts, std::uint8_t nal) {
    bytes_ = {0, 0, 0, 3, nal, 1, 2};
    packet_->data = bytes_.data();
    packet_->size = static_cast<int>(bytes_.size());
    packet_->pts = pts;
    packet_->flags = nal == kIdr ? AV_PKT_FLAG_KEY : 0;
    return *packet_;
  }

  static VideoStreamInfo info(std::int64_t first_pts = 0) {
    VideoStreamInfo video;
    video.time_base = {1, 90'000};
    video.first_pts = first_pts;
    video.grid_rate = {60, 1};
    return video;
  }

  AVFormatContext* context_ = avformat_alloc_context();
  AVStream* stream_ = avformat_new_stream(context_, nullptr);
  std::array<std::uint8_t, 7> bytes_{};
  av::PacketPtr packet_ = av::make_packet();
};

constexpr std::int64_t kStep = 1500;

TEST_F(CopyScanTest, RemembersTwelveHoursOfSixtyASecondInLittleMemory) {
  constexpr std::int64_t kPackets = 12 * 3600 * 60;
  constexpr std::int64_t kFirst = std::int64_t{1} << 40;
  const std::size_t before = mallinfo2().uordblks;
  CopyScan scan(*stream_);
  for (std::int64_t n = 0; n < kPackets; ++n) {
    scan.add(packet(kFirst + n * kStep, n % 120 == 0 ? kIdr : kSlice));
  }
  EXPECT_LT(mallinfo2().uordblks - before, 24'000'000U);
  const CopyFacts facts = scan.facts(info(kFirst));
  EXPECT_EQ(facts.obstacle, "");
  EXPECT_EQ(std::ssize(facts.cuts), kPackets / 120);
  EXPECT_EQ(facts.bytes.back(), 120 * 7);
}

TEST_F(CopyScanTest, BelievesAnIndexAsIfItHadReadThePackets) {
  CopyScan read(*stream_);
  CopyScan believed(*stream_);
  std::vector<std::int64_t> order;
  for (const std::int64_t idr : {0, 35}) {
    order.push_back(idr);
    for (std::int64_t n = idr + 1; n < idr + 35; n += 2) order.insert(order.end(), {n + 1, n});
  }
  for (const std::int64_t n : order) {
    read.add(packet(n * kStep, n % 35 == 0 ? kIdr : kSlice));
    packet_->data = nullptr;
    believed.believe(*packet_);
  }
  EXPECT_EQ(read.facts(info()).obstacle, "");
  EXPECT_EQ(read.facts(info()).cuts, (std::vector<std::int64_t>{0, 35}));
  EXPECT_EQ(believed.facts(info()).cuts, read.facts(info()).cuts);
  EXPECT_EQ(believed.facts(info()).bytes, read.facts(info()).bytes);
  EXPECT_EQ(believed.facts(info()).delay, 1);
}

TEST_F(CopyScanTest, SeesASampleThatIsNotWhatTheIndexCallsIt) {
  CopyScan scan(*stream_);
  scan.believe(packet(0, kIdr));
  EXPECT_TRUE(scan.check(packet(0, kIdr), true));
  EXPECT_TRUE(scan.check(packet(0, kSlice), false));
  EXPECT_FALSE(scan.check(packet(0, kSlice), true));
}

TEST_F(CopyScanTest, TakesWhatASampleHasAgainstCopyingForTheStreams) {
  CopyScan scan(*stream_);
  scan.believe(packet(0, kIdr));
  EXPECT_TRUE(scan.check(packet(0, kSps), true));
  EXPECT_EQ(scan.facts(info()).obstacle, "a packet is damaged") << "it has no picture";
}

TEST_F(CopyScanTest, RefusesAJumpThatNoVideoHas) {
  CopyScan scan(*stream_);
  scan.add(packet(0, kIdr));
  scan.add(packet(std::int64_t{1} << 40, kSlice));
  EXPECT_EQ(scan.facts(info()).obstacle, "pictures are missing");
}

}  // namespace
}  // namespace vodmill::mill
