#include "av/picture.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace vodmill::av {
namespace {

Plan plan_of(int width, int height) {
  Plan plan;
  plan.ladder = {{.name = "v0", .width = width, .height = height}};
  return plan;
}

// A grey picture with one bright quarter in the upper left corner.
FramePtr corner_picture(int width, int height, AVPixelFormat format = AV_PIX_FMT_YUV420P) {
  FramePtr frame = make_frame();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  for (int plane = 0; plane < 3; ++plane) {
    const int rows = plane == 0 ? height : height / 2;
    std::memset(frame->data[plane], plane == 0 ? 60 : 128,
                static_cast<std::size_t>(frame->linesize[plane]) * static_cast<std::size_t>(rows));
  }
  for (int y = 0; y < height / 2; ++y) {
    std::memset(frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0], 200,
                static_cast<std::size_t>(width) / 2);
  }
  return frame;
}

FramePtr normalized(const Plan& plan, AVFrame& frame) {
  Normalizer normalizer(plan, {1, 25});
  EXPECT_TRUE(normalizer.send(&frame));
  FramePtr picture = make_frame();
  auto got = normalizer.receive(*picture);
  EXPECT_TRUE(got && *got);
  return picture;
}

// Which corner of the picture is bright: "upper left", ...
std::string bright_corner(const AVFrame& picture) {
  const auto is_bright = [&](int x, int y) {
    return picture.data[0][y * picture.linesize[0] + x] > 130;
  };
  const int left = picture.width / 4;
  const int right = picture.width * 3 / 4;
  const int top = picture.height / 4;
  const int bottom = picture.height * 3 / 4;
  std::string corners;
  if (is_bright(left, top)) corners += "upper left";
  if (is_bright(right, top)) corners += "upper right";
  if (is_bright(left, bottom)) corners += "lower left";
  if (is_bright(right, bottom)) corners += "lower right";
  return corners;
}

TEST(Normalizer, PassesAPictureThatIsRightWithoutACopy) {
  const Plan plan = plan_of(1280, 720);
  for (const AVColorSpace matrix : {AVCOL_SPC_BT709, AVCOL_SPC_UNSPECIFIED}) {
    FramePtr frame = corner_picture(1280, 720);
    frame->colorspace = matrix;
    const std::uint8_t* data = frame->data[0];
    EXPECT_EQ(normalized(plan, *frame)->data[0], data);
  }
}

TEST(Normalizer, TurnsAndMirrorsAsThePlanSays) {
  struct Case {
    int rotation;
    bool mirrored;
    std::string corner;
  };
  const std::array cases{Case{0, false, "upper left"},    Case{90, false, "upper right"},
                         Case{180, false, "lower right"}, Case{270, false, "lower left"},
                         Case{0, true, "upper right"},    Case{90, true, "upper left"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.rotation << (c.mirrored ? " mirrored" : ""));
    Plan plan = c.rotation % 180 == 0 ? plan_of(1280, 720) : plan_of(720, 1280);
    plan.rotation = c.rotation;
    plan.mirrored = c.mirrored;
    const FramePtr frame = corner_picture(1280, 720);
    const FramePtr picture = normalized(plan, *frame);
    EXPECT_EQ(picture->width, plan.ladder.front().width);
    EXPECT_EQ(picture->height, plan.ladder.front().height);
    EXPECT_EQ(bright_corner(*picture), c.corner);
  }
}

TEST(Normalizer, BringsFullRangeIntoTheLimitedOne) {
  const Plan plan = plan_of(1280, 720);
  const FramePtr frame = corner_picture(1280, 720);
  frame->color_range = AVCOL_RANGE_JPEG;
  const FramePtr picture = normalized(plan, *frame);
  EXPECT_NEAR(picture->data[0][0], 16 + 200 * 219.0 / 255, 2);
}

TEST(Normalizer, ConvertsSmallUntaggedPicturesFromBt601) {
  const Plan plan = plan_of(854, 480);
  const FramePtr frame = corner_picture(854, 480);
  // Pure red of BT.601.
  std::memset(frame->data[0], 81, static_cast<std::size_t>(frame->linesize[0]) * 480);
  std::memset(frame->data[1], 90, static_cast<std::size_t>(frame->linesize[1]) * 240);
  std::memset(frame->data[2], 240, static_cast<std::size_t>(frame->linesize[2]) * 240);
  const FramePtr picture = normalized(plan, *frame);
  // Pure red of BT.709.
  EXPECT_NEAR(picture->data[0][0], 63, 3);
  EXPECT_NEAR(picture->data[1][0], 102, 3);
  EXPECT_NEAR(picture->data[2][0], 240, 3);
}

TEST(Normalizer, GivesEveryPictureInThePlansSizeWhenTheSourcesChanges) {
  const Plan plan = plan_of(640, 360);
  Normalizer normalizer(plan, {1, 25});
  const std::array sizes{std::pair{640, 360}, std::pair{320, 180}, std::pair{1280, 720}};
  std::int64_t pts = 0;
  std::int64_t seen = 0;
  const FramePtr picture = make_frame();
  for (const auto& [width, height] : sizes) {
    const FramePtr frame = corner_picture(width, height);
    frame->pts = pts++;
    ASSERT_TRUE(normalizer.send(frame.get()));
    for (auto got = normalizer.receive(*picture); got && *got; got = normalizer.receive(*picture)) {
      EXPECT_EQ(picture->width, 640);
      EXPECT_EQ(picture->height, 360);
      EXPECT_EQ(picture->pts, seen++);
      EXPECT_EQ(bright_corner(*picture), "upper left");
      av_frame_unref(picture.get());
    }
  }
  EXPECT_EQ(seen, 3);
}

TEST(Cascade, GivesARungOfTheSameSizeTheSamePicture) {
  const std::vector<Rendition> ladder{{.name = "v0", .width = 320, .height = 180},
                                      {.name = "v1", .width = 320, .height = 180},
                                      {.name = "v2", .width = 160, .height = 90}};
  auto cascade = Cascade::make(ladder);
  ASSERT_TRUE(cascade);
  const FramePtr frame = corner_picture(320, 180);
  const auto pictures = cascade->scale(frame.get());
  ASSERT_TRUE(pictures);
  ASSERT_EQ(pictures->size(), 3U);
  EXPECT_EQ((*pictures)[0], frame.get());
  EXPECT_EQ((*pictures)[1], frame.get());
  EXPECT_EQ((*pictures)[2]->width, 160);
  EXPECT_EQ(bright_corner(*(*pictures)[2]), "upper left");
}

}  // namespace
}  // namespace vodmill::av
