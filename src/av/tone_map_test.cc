#include "av/tone_map.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace vodmill::av {
namespace {

// One line of samples, through a mapper.
std::vector<std::array<int, 3>> mapped(const ToneMapper& mapper,
                                       const std::vector<std::array<int, 3>>& rgb,
                                       AVColorPrimaries primaries = AVCOL_PRI_BT2020) {
  const FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_GBRP12LE;
  frame->width = static_cast<int>(rgb.size());
  frame->height = 1;
  frame->color_primaries = primaries;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  constexpr std::array<std::size_t, 3> kGbr{1, 2, 0};
  const auto line = [&](std::size_t plane) {
    return reinterpret_cast<std::uint16_t*>(frame->data[plane]);
  };
  for (std::size_t x = 0; x < rgb.size(); ++x) {
    for (std::size_t plane = 0; plane < 3; ++plane) {
      line(plane)[x] = static_cast<std::uint16_t>(rgb[x][kGbr[plane]]);
    }
  }
  EXPECT_TRUE(mapper.map(*frame));
  EXPECT_EQ(frame->color_primaries, AVCOL_PRI_BT709);
  auto shown = rgb;
  for (std::size_t x = 0; x < rgb.size(); ++x) {
    for (std::size_t plane = 0; plane < 3; ++plane) shown[x][kGbr[plane]] = line(plane)[x];
  }
  return shown;
}

std::vector<std::array<int, 3>> greys() {
  std::vector<std::array<int, 3>> all;
  for (int sample = 0; sample < 4096; ++sample) all.push_back({sample, sample, sample});
  return all;
}

TEST(ToneMapper, KeepsGreysGreyAndInTheirOrderFromBlackToWhite) {
  for (const auto curve : {ToneMapper::Curve::pq, ToneMapper::Curve::hlg}) {
    for (const int peak : {400, 1000, 10'000}) {
      const auto shown = mapped(ToneMapper(curve, peak), greys());
      EXPECT_EQ(shown.front()[0], 0);
      int before = 0;
      for (const auto& rgb : shown) {
        ASSERT_NEAR(rgb[0], rgb[1], 1);
        ASSERT_NEAR(rgb[1], rgb[2], 1);
        ASSERT_GE(rgb[1], before - 1);
        before = rgb[1];
      }
      if (curve == ToneMapper::Curve::pq || peak == 1000) EXPECT_NEAR(before, 4095, 1);
    }
  }
}

TEST(ToneMapper, LeavesWhatIsDarkAsItIs) {
  constexpr int kPqOf20Nits = 1462;  // of 4,095: ST 2084
  const auto shown =
      mapped(ToneMapper(ToneMapper::Curve::pq, 1000), {{kPqOf20Nits, kPqOf20Nits, kPqOf20Nits}});
  EXPECT_NEAR(shown[0][1], 4095 * std::pow(20 / 203.0, 1 / 2.4), 2);
}

TEST(ToneMapper, ConvertsThePrimariesThatTheFrameNames) {
  const ToneMapper mapper(ToneMapper::Curve::pq, 1000);
  const std::vector<std::array<int, 3>> red{{1800, 900, 900}};
  const auto of_bt709 = mapped(mapper, red, AVCOL_PRI_BT709);
  const auto of_p3 = mapped(mapper, red, AVCOL_PRI_SMPTE432);
  const auto of_bt2020 = mapped(mapper, red);
  EXPECT_LT(of_bt709[0][0], of_p3[0][0]);
  EXPECT_LT(of_p3[0][0], of_bt2020[0][0]);
  EXPECT_GT(of_bt709[0][1], of_p3[0][1]);
  EXPECT_GE(of_p3[0][1], of_bt2020[0][1]);
}

}  // namespace
}  // namespace vodmill::av
