#include "bmff/h264_sps.h"

#include "bmff/test_boxes.h"

namespace vodmill::bmff {
namespace {

// The SPS inside the avcC of a real stream.
Bytes real_sps() {
  const Bytes init = golden("video-init.mp4");
  const std::size_t avcc = as_text(init).find("avcC") + 4;
  const std::size_t length = load_be<std::uint16_t>(ByteView(init).subspan(avcc + 6));
  const ByteView sps = ByteView(init).subspan(avcc + 8, length);
  return {sps.begin(), sps.end()};
}

TEST(H264Sps, OfAProgressiveStreamAllowsFramesOnly) {
  EXPECT_EQ(allows_frames_only(real_sps()), true);
}

TEST(H264Sps, OfAnInterlacedStreamAllowsFields) {
  // Baseline, level 1: ue(0) ue(0) ue(2) ue(1) 0 ue(5) ue(3), then the flag.
  const auto with_flag = [](int flag) {
    Bytes sps = words({0x6742000a});
    sps.push_back(std::byte{0b1101'1010});
    sps.push_back(std::byte{0b0001'1000});
    sps.push_back(static_cast<std::byte>(0b1000'0000 | flag << 4));
    return sps;
  };
  EXPECT_EQ(allows_frames_only(with_flag(1)), true);
  EXPECT_EQ(allows_frames_only(with_flag(0)), false);
}

TEST(H264Sps, CutShortTellsNothing) {
  const Bytes whole = real_sps();
  EXPECT_EQ(allows_frames_only({}), std::nullopt);
  EXPECT_EQ(allows_frames_only(ByteView(whole).first(5)), std::nullopt);
  EXPECT_EQ(allows_frames_only(Bytes(200, std::byte{0})), std::nullopt);
}

}  // namespace
}  // namespace vodmill::bmff
