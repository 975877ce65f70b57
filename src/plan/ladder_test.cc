#include "plan/ladder.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace vodmill::plan {
namespace {

using testing::ElementsAre;

std::vector<std::pair<int, int>> sizes(const std::vector<Rendition>& ladder) {
  std::vector<std::pair<int, int>> list;
  for (const Rendition& rung : ladder) list.emplace_back(rung.width, rung.height);
  return list;
}

std::vector<std::pair<int, int>> sizes_for(int width, int height) {
  return sizes(make_ladder({width, height}, {30, 1}));
}

using S = std::pair<int, int>;

TEST(Ladder, TakesTheRungsThatFitUnderTheShortSide) {
  EXPECT_THAT(sizes_for(3840, 2160),
              ElementsAre(S(1920, 1080), S(1280, 720), S(854, 480), S(640, 360)));
  EXPECT_THAT(sizes_for(1920, 1080),
              ElementsAre(S(1920, 1080), S(1280, 720), S(854, 480), S(640, 360)));
  EXPECT_THAT(sizes_for(1280, 720), ElementsAre(S(1280, 720), S(854, 480), S(640, 360)));
  EXPECT_THAT(sizes_for(1920, 1072), ElementsAre(S(1290, 720), S(860, 480), S(644, 360)));
  EXPECT_THAT(sizes_for(640, 480), ElementsAre(S(640, 480), S(480, 360), S(320, 240)));
  EXPECT_THAT(sizes_for(640, 360), ElementsAre(S(640, 360), S(426, 240)));
}

TEST(Ladder, MeasuresAPortraitByItsWidth) {
  EXPECT_THAT(sizes_for(1080, 1920),
              ElementsAre(S(1080, 1920), S(720, 1280), S(480, 854), S(360, 640)));
}

TEST(Ladder, GivesASmallSourceASecondRungOfTheSameSizeAtHalfTheRate) {
  for (const auto& [source, rung] :
       {std::pair{S(480, 270), S(426, 240)}, std::pair{S(256, 144), S(256, 144)},
        std::pair{S(161, 121), S(160, 120)}}) {
    const auto ladder = make_ladder({source.first, source.second}, {30, 1});
    ASSERT_THAT(sizes(ladder), ElementsAre(rung, rung));
    EXPECT_EQ(ladder[1].max_kbps, ladder[0].max_kbps / 2);
    EXPECT_GT(ladder[1].crf, ladder[0].crf);
  }
}

TEST(Ladder, RaisesTheCapsByHalfAboveThirtyFramesASecond) {
  const auto usual = make_ladder({1280, 720}, {30, 1});
  for (const Rational fps : {Rational{50, 1}, Rational{60'000, 1001}, Rational{60, 1}}) {
    const auto fast = make_ladder({1280, 720}, fps);
    for (std::size_t i = 0; i < usual.size(); ++i) {
      EXPECT_EQ(fast[i].max_kbps, usual[i].max_kbps * 3 / 2);
    }
  }
  EXPECT_EQ(make_ladder({1280, 720}, {30'000, 1001})[0].max_kbps, usual[0].max_kbps);
}

std::vector<std::pair<int, int>> sizes_for(S source, LadderPolicy policy) {
  return sizes(make_ladder({source.first, source.second}, {30, 1}, policy));
}

TEST(Ladder, HasNoRungAboveThePolicysHeight) {
  const auto up_to = [](S source, int height) {
    return sizes_for(source, {.max_height = height, .max_renditions = {}});
  };
  EXPECT_THAT(up_to({1920, 1080}, 720), ElementsAre(S(1280, 720), S(854, 480), S(640, 360)));
  EXPECT_THAT(up_to({1920, 1080}, 719), ElementsAre(S(854, 480), S(640, 360), S(426, 240)));
  EXPECT_THAT(up_to({1920, 1080}, 360), ElementsAre(S(640, 360), S(426, 240)));
  EXPECT_THAT(up_to({1920, 1080}, 240), ElementsAre(S(426, 240), S(426, 240)));
  EXPECT_THAT(up_to({1080, 1920}, 360), ElementsAre(S(360, 640), S(240, 426)));
  EXPECT_THAT(up_to({256, 144}, 240), ElementsAre(S(256, 144), S(256, 144)));
  EXPECT_EQ(up_to({1280, 720}, 4320), sizes_for(1280, 720)) << "never upscaled";
}

TEST(Ladder, HasNoMoreRenditionsThanThePolicyAllows) {
  const auto at_most = [](S source, int renditions) {
    return sizes_for(source, {.max_height = {}, .max_renditions = renditions});
  };
  EXPECT_EQ(at_most({1920, 1080}, 4), sizes_for(1920, 1080));
  EXPECT_THAT(at_most({1920, 1080}, 3), ElementsAre(S(1920, 1080), S(1280, 720), S(640, 360)));
  EXPECT_THAT(at_most({1920, 1080}, 2), ElementsAre(S(1920, 1080), S(640, 360)));
  EXPECT_THAT(at_most({1280, 720}, 2), ElementsAre(S(1280, 720), S(640, 360)));
  EXPECT_THAT(at_most({256, 144}, 2), ElementsAre(S(256, 144), S(256, 144)));
  EXPECT_THAT(sizes_for({1920, 1080}, {.max_height = 720, .max_renditions = 2}),
              ElementsAre(S(1280, 720), S(640, 360)));
  EXPECT_EQ(make_ladder({1920, 1080}, {30, 1}, {.max_height = {}, .max_renditions = 2})[1].name,
            "v1");
}

TEST(Ladder, KeepsTheLongSideOfAPanoramaWithinWhatDecodersTake) {
  for (const Rendition& rung : make_ladder({32'768, 1080}, {30, 1})) {
    EXPECT_LE(rung.width, 4096);
    EXPECT_NEAR(static_cast<double>(rung.width) / rung.height, 32'768.0 / 1080, 1.0);
  }
}

TEST(Ladder, IsEvenNeverUpscaledDescendingAndOffersAChoiceForAnySize) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> side(16, 4500);
  for (int i = 0; i < 20'000; ++i) {
    const ShownSize source{side(random), side(random)};
    SCOPED_TRACE(testing::Message() << source.width << "x" << source.height);
    const auto ladder = make_ladder(source, {30, 1});
    ASSERT_GE(ladder.size(), 2U);
    ASSERT_LE(ladder.size(), 4U);
    for (std::size_t r = 0; r < ladder.size(); ++r) {
      const Rendition& rung = ladder[r];
      ASSERT_EQ(rung.name, "v" + std::to_string(r));
      ASSERT_EQ(rung.width % 2, 0);
      ASSERT_EQ(rung.height % 2, 0);
      ASSERT_GE(std::min(rung.width, rung.height), 2);
      ASSERT_LE(rung.width, source.width);
      ASSERT_LE(rung.height, source.height);
      // Within a pixel each way of the source's shape.
      const double scale = static_cast<double>(rung.width) / source.width;
      ASSERT_NEAR(rung.height, source.height * scale,
                  2 + 2.0 * source.height / std::min(source.width, source.height));
      ASSERT_GE(rung.buffer_kbits, rung.max_kbps);
      if (r > 0) ASSERT_LT(rung.max_kbps, ladder[r - 1].max_kbps);
      if (r > 0) ASSERT_LE(rung.width, ladder[r - 1].width);
    }
  }
}

TEST(ShownSize, StretchesWidePixelsAndNeverShrinksTheOtherSide) {
  const ShownSize wide = shown_size(720, 576, {64, 45}, 0);
  EXPECT_EQ(S(wide.width, wide.height), S(1024, 576));
  const ShownSize tall = shown_size(720, 480, {8, 9}, 0);
  EXPECT_EQ(S(tall.width, tall.height), S(720, 540));
}

TEST(ShownSize, SwapsTheSidesOfAQuarterTurn) {
  for (const int rotation : {90, 270}) {
    const ShownSize size = shown_size(1920, 1080, {1, 1}, rotation);
    EXPECT_EQ(S(size.width, size.height), S(1080, 1920));
  }
  const ShownSize half = shown_size(1920, 1080, {1, 1}, 180);
  EXPECT_EQ(S(half.width, half.height), S(1920, 1080));
}

}  // namespace
}  // namespace vodmill::plan
