// The small pictures that chunks make on the way: what they show, and that the worker's check of
// them passes.
#include "core/thumbs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "av/jpeg.h"
#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"
#include "hls/jpeg.h"

namespace vodmill::engine_test {
namespace {

const Words kX264{"-c:v", "libx264", "-preset", "veryfast", "-threads", "2", "-g", "60"};

// A part of the strip's luma, as a picture.
av::FramePtr cell_of(const AVFrame& strip, int cell, int width) {
  av::FramePtr part = av::make_frame();
  EXPECT_GE(av_frame_ref(part.get(), &strip), 0);
  part->data[0] += std::ptrdiff_t{cell} * width;
  part->width = width;
  return part;
}

double mean_luma(const AVFrame& frame) {
  double sum = 0;
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) sum += frame.data[0][y * frame.linesize[0] + x];
  }
  return sum / frame.width / frame.height;
}

class ThumbsOf : public testing::Test {
 protected:
  std::filesystem::path clip(const std::string& lavfi) {
    const std::filesystem::path path = folder_.path() / "clip.mp4";
    Words words{"-f", "lavfi", "-i", lavfi};
    words.insert(words.end(), kX264.begin(), kX264.end());
    make_clip(words, path);
    return path;
  }

  Plan make(const std::filesystem::path& path) {
    MemorySource source = MemorySource::of_file(path);
    Plan plan = plan_for(source, 2);
    make_all(source, plan, made_);
    EXPECT_EQ(std::ssize(made_.pictures()), plan.segments());
    return plan;
  }

  const mill::Pictures& best() const {
    return std::ranges::max_element(
               made_.pictures(), {},
               [](const auto& pair) { return pair.second.poster.empty() ? -1 : pair.second.score; })
        ->second;
  }

  ScratchFolder folder_;
  MadeStream made_;
};

TEST_F(ThumbsOf, ACounterShowTheFramesOfTheirTimes) {
  const Plan plan = make(clip(counter(640, 360, "25", 9)));
  for (const auto& [segment, pictures] : made_.pictures()) {
    const auto info = hls::parse_jpeg(pictures.strip);
    ASSERT_TRUE(info) << info.error().message;
    const auto frames = plan.thumbs_of(segment);
    EXPECT_EQ(info->width, plan.thumbs->width * static_cast<int>(frames.size()));
    EXPECT_EQ(info->height, plan.thumbs->height);
    const av::FramePtr strip = decode_jpeg(pictures.strip);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const av::FramePtr cell = cell_of(*strip, static_cast<int>(i), plan.thumbs->width);
      EXPECT_EQ(counter_of(*cell), frames[i]) << "segment " << segment << ", cell " << i;
    }
  }
}

TEST_F(ThumbsOf, AResumedChunkAreOnlyThoseOfTheSegmentsItStillMakes) {
  MemorySource source = MemorySource::of_file(clip(counter(640, 360, "25", 9)));
  const Plan plan = as_one_chunk(plan_for(source, 1));
  std::vector<int> resume(plan.ladder.size(), 0);
  resume.back() = 1;
  make_chunk(source, plan, 0, resume, made_);
  EXPECT_FALSE(made_.pictures().contains(0));
  EXPECT_EQ(std::ssize(made_.pictures()), plan.segments() - 1);
  resume.back() = plan.segments();
  MadeStream rest;
  make_chunk(source, plan, 0, resume, rest);
  EXPECT_TRUE(rest.pictures().empty());
}

TEST_F(ThumbsOf, AVideoThatBeginsBlackGiveAPosterThatIsNot) {
  const Plan plan =
      make(clip("color=black:size=1920x1080:rate=25:duration=3[a];testsrc2=size=1920x1080:rate=25:"
                "duration=4[b];"
                "[a][b]concat=n=2"));
  EXPECT_EQ(made_.pictures().at(0).score, 0);
  const mill::Pictures& poster = best();
  EXPECT_GT(poster.score, kBestPoster / 4);
  const auto info = hls::parse_jpeg(poster.poster);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->width, 1280);
  EXPECT_EQ(info->height, 720);
  EXPECT_GT(mean_luma(*decode_jpeg(poster.poster)), 40);
}

TEST_F(ThumbsOf, ARotatedVideoAreUpright) {
  const Plan plan = make(VODMILL_SOURCE_DIR "/tests/media/made/rotated.mp4");
  EXPECT_LT(plan.thumbs->width, plan.thumbs->height);
  const av::FramePtr poster = decode_jpeg(best().poster);
  EXPECT_LT(poster->width, poster->height);
  EXPECT_GT(mean_luma(*poster), 20);
}

TEST(Posters, HaveTheColoursOfThePicture) {
  const av::FramePtr red = av::make_frame();
  red->format = AV_PIX_FMT_YUV420P;
  red->width = red->height = 64;
  ASSERT_GE(av_frame_get_buffer(red.get(), 0), 0);
  // BT.709 limited range; as JFIF it is (76, 85, 255).
  constexpr std::array kRed{63, 102, 240};
  for (int plane = 0; plane < 3; ++plane) {
    const int rows = plane == 0 ? 64 : 32;
    std::fill_n(red->data[plane], red->linesize[plane] * rows,
                static_cast<std::uint8_t>(kRed.at(static_cast<std::size_t>(plane))));
  }
  auto picture = av::JpegPicture::make(64, 64);
  ASSERT_TRUE(picture);
  ASSERT_TRUE(picture->paint(*red, 0, 64));
  const auto bytes = picture->encode(100'000);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const av::FramePtr decoded = decode_jpeg(*bytes);
  EXPECT_NEAR(decoded->data[0][0], 76, 4);
  EXPECT_NEAR(decoded->data[1][0], 85, 4);
  EXPECT_NEAR(decoded->data[2][0], 255, 4);
  EXPECT_FALSE(picture->encode(10));
}

TEST(Posters, AreWorthNothingWhereNothingIsSeen) {
  for (const int luma : {16, 18, 128, 235}) {
    const av::FramePtr flat = av::make_frame();
    flat->format = AV_PIX_FMT_YUV420P;
    flat->width = flat->height = 64;
    ASSERT_GE(av_frame_get_buffer(flat.get(), 0), 0);
    std::fill_n(flat->data[0], flat->linesize[0] * 64, static_cast<std::uint8_t>(luma));
    EXPECT_EQ(av::poster_score(*flat), 0) << luma;
  }
}

}  // namespace
}  // namespace vodmill::engine_test
