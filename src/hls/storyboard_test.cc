#include "hls/storyboard.h"

#include <gtest/gtest.h>

#include <vector>

namespace vodmill::hls {
namespace {

Plan plan_of_two_segments() {
  Plan plan;
  plan.fps = {30000, 1001};
  plan.frames = 150;
  plan.boundaries = {0, 60, 150};
  plan.ladder = {{"v0", 320, 180, 23, 400, 800}};
  plan.thumbs = ThumbPlan{.width = 160, .height = 90, .poster = 0, .frames = {0, 30, 60, 105}};
  return plan;
}

Thumbs row(int segment, int score, std::string poster) {
  return {.segment = segment,
          .strip = BlobKey("id/g1/thumbs/" + std::to_string(segment) + "-7.jpg"),
          .strip_bytes = 10,
          .poster = BlobKey(std::move(poster)),
          .poster_bytes = 10,
          .score = score};
}

TEST(Storyboard, HasACueForEachCellThatIsThere) {
  const std::vector rows{row(0, 0, ""), row(1, 0, "")};
  EXPECT_EQ(render_storyboard(plan_of_two_segments(), rows),
            "WEBVTT\n\n"
            "00:00:00.000 --> 00:00:01.001\nthumbs/0-7.jpg#xywh=0,0,160,90\n\n"
            "00:00:01.001 --> 00:00:02.002\nthumbs/0-7.jpg#xywh=160,0,160,90\n\n"
            "00:00:02.002 --> 00:00:03.504\nthumbs/1-7.jpg#xywh=0,0,160,90\n\n"
            "00:00:03.504 --> 00:00:05.005\nthumbs/1-7.jpg#xywh=160,0,160,90\n");
}

TEST(Storyboard, LeavesOutSegmentsThatAreNotThereYet) {
  const std::vector rows{row(1, 0, "")};
  const std::string text = render_storyboard(plan_of_two_segments(), rows);
  EXPECT_TRUE(text.starts_with("WEBVTT\n\n00:00:02.002 --> ")) << text;
  EXPECT_EQ(render_storyboard(plan_of_two_segments(), {}), "WEBVTT\n");
}

TEST(Storyboard, OfAPlanWithoutThumbsIsEmpty) {
  Plan plan = plan_of_two_segments();
  plan.thumbs.reset();
  const std::vector rows{row(0, 0, "")};
  EXPECT_EQ(render_storyboard(plan, rows), "WEBVTT\n");
}

TEST(Poster, IsThePictureThatTellsMost) {
  const std::vector rows{row(0, 5, "a"), row(1, 700, "b"), row(2, 900, ""), row(3, 700, "d")};
  ASSERT_NE(best_poster(rows, false), nullptr);
  EXPECT_EQ(best_poster(rows, false)->poster.str(), "b");
  EXPECT_EQ(best_poster({}, true), nullptr);
}

TEST(Poster, IsBlackOnlyWhenNothingBetterCanCome) {
  const std::vector rows{row(0, 0, "a")};
  EXPECT_EQ(best_poster(rows, false), nullptr);
  ASSERT_NE(best_poster(rows, true), nullptr);
}

}  // namespace
}  // namespace vodmill::hls
