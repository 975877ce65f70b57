// Renditions that are the source's own packets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/segment.h"
#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"

namespace vodmill::engine_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// A GOP every two seconds, colours as every player takes them.
const Words kX264{"-c:v",
                  "libx264",
                  "-preset",
                  "veryfast",
                  "-b:v",
                  "300k",
                  "-pix_fmt",
                  "yuv420p",
                  "-g",
                  "50",
                  "-keyint_min",
                  "50",
                  "-sc_threshold",
                  "0",
                  "-colorspace",
                  "bt709",
                  "-color_trc",
                  "bt709",
                  "-color_primaries",
                  "bt709"};

class Copy : public testing::Test {
 protected:
  MemorySource clip(const std::string& name, const Words& more = {}, double seconds = 21) {
    const auto path = folder_.path() / name;
    Words words{"-f", "lavfi", "-i", counter(640, 360, "25", seconds) + ",setsar=1"};
    words.insert(words.end(), kX264.begin(), kX264.end());
    words.insert(words.end(), more.begin(), more.end());
    make_clip(words, path);
    return MemorySource::of_file(path);
  }

  // What the file's packets say to a decoder, in order.
  std::string coded(const std::filesystem::path& path) {
    return run({"ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy",
                "-bsf:v", "h264_mp4toannexb", "-f", "md5", "-"});
  }

  void write(const std::string& name, const Bytes& bytes) {
    std::ofstream(folder_.path() / name, std::ios::binary) << as_text(bytes);
  }

  ScratchFolder folder_;
};

void expect_every_frame(const Plan& plan, const MadeStream& made) {
  for (const Rendition& rung : plan.ladder) {
    SCOPED_TRACE(rung.name);
    const auto shown = counters_of(decode_pictures(made.joined(rung.name)));
    ASSERT_EQ(shown.size(), static_cast<std::size_t>(plan.frames));
    for (std::size_t n = 0; n < shown.size(); ++n) ASSERT_EQ(shown[n], static_cast<int>(n));
  }
}

TEST_F(Copy, HasThePacketsOfTheSource) {
  MemorySource source = clip("clip.mp4");
  const Plan plan = plan_for(source, 2);
  ASSERT_TRUE(plan.ladder.front().copied);
  ASSERT_GE(plan.chunks.size(), 3U);
  MadeStream made;
  make_all(source, plan, made);
  expect_whole(plan, made);
  expect_every_frame(plan, made);
  write("copy.mp4", made.joined("v0"));
  EXPECT_EQ(coded(folder_.path() / "copy.mp4"), coded(folder_.path() / "clip.mp4"));
}

TEST_F(Copy, IsMadeOfWhateverContainerHasAnIndexOfParameters) {
  for (const std::string name : {"clip.mkv", "clip.mov", "clip.flv"}) {
    SCOPED_TRACE(name);
    MemorySource source = clip(name, {"-output_ts_offset", "1.4"}, 9);
    const Plan plan = plan_for(source, 1);
    ASSERT_TRUE(plan.ladder.front().copied) << testing::PrintToString(plan.reasons);
    MadeStream made;
    make_all(source, plan, made);
    expect_whole(plan, made);
    expect_every_frame(plan, made);
  }
}

// Their times are rounded to milliseconds, their rate is not.
TEST_F(Copy, KeepsAFractionalRateThatItsContainerRounds) {
  const auto path = folder_.path() / "film.mkv";
  Words words{"-f", "lavfi", "-i", counter(640, 360, "24000/1001", 12) + ",setsar=1"};
  words.insert(words.end(), kX264.begin(), kX264.end());
  make_clip(words, path);
  MemorySource source = MemorySource::of_file(path);
  const Plan plan = plan_for(source, 1);
  EXPECT_EQ(plan.fps, (Rational{24000, 1001}));
  ASSERT_TRUE(plan.ladder.front().copied) << testing::PrintToString(plan.reasons);
  MadeStream made;
  make_all(source, plan, made);
  expect_whole(plan, made);
  expect_every_frame(plan, made);
}

TEST_F(Copy, HasTheSoundsSegmentsBesideItsOwn) {
  const auto path = folder_.path() / "sound.mp4";
  Words words{"-f", "lavfi", "-i", counter(640, 360, "25", 21) + ",setsar=1",
              "-f", "lavfi", "-i", beeps(48000, 21)};
  words.insert(words.end(), kX264.begin(), kX264.end());
  words.insert(words.end(), {"-g", "70", "-keyint_min", "70", "-c:a", "aac"});
  make_clip(words, path);
  MemorySource source = MemorySource::of_file(path);
  const Plan plan = plan_for(source, 2);
  ASSERT_TRUE(plan.ladder.front().copied) << testing::PrintToString(plan.reasons);
  ASSERT_FALSE(plan.sounds.empty());
  EXPECT_THAT(plan.boundaries, ElementsAre(0, 70, 210, 350, 490, 525));
  ASSERT_EQ(plan.sounds.front().boundaries.size(), plan.boundaries.size());
  for (std::size_t i = 0; i < plan.boundaries.size(); ++i) {
    const double picture = static_cast<double>(plan.boundaries[i]) / 25;
    EXPECT_NEAR(static_cast<double>(plan.sounds.front().boundaries[i]) * 1024 / 48000, picture,
                0.011);
  }
  MadeStream made;
  make_all(source, plan, made);
  expect_whole(plan, made);
  expect_every_frame(plan, made);
}

TEST_F(Copy, GoesOnWhereAnEarlierTaskStopped) {
  MemorySource source = clip("clip.mp4");
  const Plan plan = as_one_chunk(plan_for(source, 1));
  MadeStream first;
  make_chunk(source, plan, 0, {0, 0}, first);
  MadeStream made;
  for (int index = kInitSegment; index < 2; ++index) {
    ASSERT_TRUE(made.segment("v0", index, first.piece("v0", index), {}));
    ASSERT_TRUE(made.segment("v1", index, first.piece("v1", index), {}));
  }
  make_chunk(source, plan, 0, {2, 2}, made);
  expect_whole(plan, made);
  EXPECT_EQ(made.joined("v0"), first.joined("v0"));
}

TEST_F(Copy, IsRefusedWhereGopsAreOpenOrLong) {
  MemorySource open =
      clip("open.mp4", {"-x264-params", "open-gop=1:bframes=3:b-adapt=0", "-bf", "3"});
  const Plan plan = plan_for(open, 1);
  EXPECT_FALSE(plan.ladder.front().copied);
  EXPECT_THAT(plan.reasons, Contains(HasSubstr("a closed group of its pictures")));
  MadeStream made;
  make_all(open, plan, made);
  expect_whole(plan, made);
  expect_every_frame(plan, made);

  MemorySource rare = clip("long.mp4", {"-g", "250", "-keyint_min", "250"});
  EXPECT_FALSE(plan_for(rare, 1).ladder.front().copied);
}

TEST_F(Copy, IsRefusedWhereTheContainerContradictsTheStream) {
  clip("square.mp4");
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", folder_.path() / "square.mp4", "-c", "copy",
       "-aspect", "4:3", folder_.path() / "stretched.mp4"});
  MemorySource stretched = MemorySource::of_file(folder_.path() / "stretched.mp4");
  EXPECT_FALSE(plan_for(stretched, 1).ladder.front().copied);

  clip("narrow.mp4", {"-vf", "setsar=4/3"});
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", folder_.path() / "narrow.mp4", "-c", "copy",
       "-aspect", "16:9", folder_.path() / "mended.mp4"});
  MemorySource mended = MemorySource::of_file(folder_.path() / "mended.mp4");
  EXPECT_FALSE(plan_for(mended, 1).ladder.front().copied);
}

TEST_F(Copy, MarksOnlyIdrPicturesAsPlacesToBegin) {
  MemorySource source = clip("refresh.mp4", {"-x264-params", "intra-refresh=1:keyint=50"}, 4);
  const Plan plan = plan_for(source, 1);
  ASSERT_TRUE(plan.ladder.front().copied) << testing::PrintToString(plan.reasons);
  MadeStream made;
  make_all(source, plan, made);
  expect_whole(plan, made);
  write("refreshed.mp4", made.joined("v0"));
  // A parser would mark the recovery points anew.
  const std::string keys =
      run({"ffprobe", "-fflags", "+noparse", "-v", "error", "-select_streams", "v", "-show_entries",
           "packet=flags", "-of", "csv=p=0", folder_.path() / "refreshed.mp4"});
  EXPECT_EQ(std::ranges::count(keys, 'K'), 1);
}

TEST_F(Copy, IsRefusedWhereAnEditListLeavesPicturesOut) {
  clip("whole.mp4");
  run({"ffmpeg", "-nostdin", "-v", "error", "-ss", "3", "-i", folder_.path() / "whole.mp4", "-c",
       "copy", folder_.path() / "cut.mp4"});
  MemorySource cut = MemorySource::of_file(folder_.path() / "cut.mp4");
  const Plan plan = plan_for(cut, 1);
  EXPECT_FALSE(plan.ladder.front().copied);
  EXPECT_THAT(plan.reasons, Contains(HasSubstr("edit list")));
}

}  // namespace
}  // namespace vodmill::engine_test
