// Which source frame is shown at which output frame, read from the pictures themselves.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"
#include "plan/frame_grid.h"

namespace vodmill::engine_test {
namespace {

const Words kX264{"-c:v", "libx264", "-preset", "veryfast", "-threads", "2", "-g", "60"};

Words with(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// The i-th presented frame shows counters[i]; the grid says from when.
std::vector<int> expected_counters(const Plan& plan, const Times& times,
                                   const std::vector<int>& counters) {
  EXPECT_EQ(times.pts.size(), counters.size());
  EXPECT_EQ(times.time_base, plan.source_time_base);
  EXPECT_EQ(times.pts.front(), plan.first_pts);
  const plan::FrameGrid grid{times.time_base, times.pts.front(), plan.fps};
  std::vector<int> expected;
  for (std::int64_t n = 0; n < plan.frames; ++n) {
    const auto late = std::ranges::upper_bound(
        times.pts, n, {}, [&](std::int64_t pts) { return grid.position(pts); });
    expected.push_back(counters[static_cast<std::size_t>(late - times.pts.begin()) - 1]);
  }
  return expected;
}

std::vector<int> from_on(int first, std::size_t count) {
  std::vector<int> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = first + static_cast<int>(i);
  return numbers;
}

class Frames : public testing::Test {
 protected:
  // Runs every chunk of the clip, last one first, and reads every rung's pictures.
  Plan make(const std::filesystem::path& clip, std::size_t least_chunks = 3) {
    MemorySource source = MemorySource::of_file(clip);
    Plan plan = plan_for(source, 3);
    EXPECT_GE(plan.chunks.size(), least_chunks);
    make_all(source, plan, made_);
    expect_whole(plan, made_);
    return plan;
  }

  void expect_shown(const Plan& plan, const std::vector<int>& expected) {
    for (const Rendition& rung : plan.ladder) {
      SCOPED_TRACE(rung.name);
      const auto pictures = decode_pictures(made_.joined(rung.name));
      EXPECT_EQ(counters_of(pictures), expected);
      for (std::size_t n = 0; n < pictures.size(); ++n) {
        ASSERT_NEAR(pictures[n].seconds, static_cast<double>(n) / plan.fps.value(), 1e-4);
      }
    }
  }

  // A clip at a constant rate: every frame is shown once.
  void expect_each_once(const Plan& plan, int first, std::size_t count) {
    ASSERT_EQ(plan.frames, static_cast<std::int64_t>(count));
    expect_shown(plan, from_on(first, count));
  }

  std::filesystem::path clip(const std::string& name) const { return folder_.path() / name; }

  ScratchFolder folder_;
  MadeStream made_;
};

TEST_F(Frames, OfAnMp4WithBFramesAreEachShownOnce) {
  make_clip(with({{"-f", "lavfi", "-i", counter(640, 360, "25", 17)}, kX264, {"-bf", "3"}}),
            clip("b.mp4"));
  expect_each_once(make(clip("b.mp4")), 0, 425);
}

TEST_F(Frames, OfATransportStreamWithOpenGopsThatStartsLateAreEachShownOnce) {
  make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, "25", 17)},
                  kX264,
                  {"-bf", "3", "-x264-params", "open-gop=1", "-output_ts_offset", "65"}}),
            clip("open.ts"));
  expect_each_once(make(clip("open.ts")), 0, 425);
}

TEST_F(Frames, OfAnMp4WithOpenGopsAreEachShownOnce) {
  make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, "24000/1001", 16)},
                  kX264,
                  {"-bf", "3", "-x264-params", "open-gop=1"}}),
            clip("open.mp4"));
  const Plan plan = make(clip("open.mp4"));
  EXPECT_EQ(plan.fps, (Rational{24'000, 1001}));
  expect_each_once(plan, 0, static_cast<std::size_t>(plan.frames));
}

TEST_F(Frames, OfHevcWithOpenGopsInMatroskaAreEachShownOnce) {
  make_clip({"-f", "lavfi", "-i", counter(480, 270, "30000/1001", 15), "-c:v", "libx265", "-preset",
             "ultrafast", "-x265-params", "log-level=error:keyint=48:open-gop=1:bframes=3"},
            clip("open.mkv"));
  const Plan plan = make(clip("open.mkv"));
  EXPECT_EQ(plan.fps, (Rational{30'000, 1001}));
  expect_each_once(plan, 0, static_cast<std::size_t>(plan.frames));
}

TEST_F(Frames, ThatAnEditListHidesAreNotShown) {
  make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, "25", 20)}, kX264, {"-bf", "3"}}),
            clip("whole.mp4"));
  make_clip({"-ss", "3.2", "-i", clip("whole.mp4"), "-c", "copy"}, clip("cut.mp4"));
  ASSERT_LT(presented(clip("cut.mp4")).pts.size(), 425U) << "the clip has no edit list";
  expect_each_once(make(clip("cut.mp4")), 80, 420);
}

TEST_F(Frames, OfOneStreamWithIntraRefreshAreEachShownOnce) {
  make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, "25", 17)},
                  kX264,
                  {"-x264-params", "intra-refresh=1", "-f", "mpegts"}}),
            clip("refresh.ts"));
  expect_each_once(make(clip("refresh.ts")), 0, 425);
}

TEST_F(Frames, OfATransportStreamWithASingleKeyFrameAreEachShownOnce) {
  make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, "25", 17)},
                  kX264,
                  {"-g", "1000", "-sc_threshold", "0"}}),
            clip("one-key.ts"));
  expect_each_once(make(clip("one-key.ts")), 0, 425);
}

TEST_F(Frames, OfABrowsersRecordingWithoutAnIndexAreEachShownOnce) {
  make_clip({"-f", "lavfi", "-i", counter(480, 270, "25", 17), "-c:v", "libvpx", "-cpu-used", "8",
             "-deadline", "realtime", "-g", "100", "-b:v", "500k", "-live", "1", "-f", "webm"},
            clip("live.webm"));
  expect_each_once(make(clip("live.webm")), 0, 425);
}

TEST_F(Frames, OfInterlacedVideoAreEachShownOnce) {
  make_clip(
      {"-f", "lavfi", "-i", counter(480, 270, "25", 17) + ",setfield=tff", "-c:v", "mpeg2video",
       "-b:v", "2M", "-g", "15", "-bf", "2", "-flags:v", "+ildct+ilme", "-top", "1"},
      clip("fields.ts"));
  const Plan plan = make(clip("fields.ts"));
  EXPECT_TRUE(plan.deinterlace);
  expect_each_once(plan, 0, 425);
}

TEST_F(Frames, AtSixtyASecondOfOneHundredAndTwentyAreEverySecondOne) {
  make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, "120", 9)}, kX264}), clip("120.mp4"));
  const Plan plan = make(clip("120.mp4"));
  ASSERT_EQ(plan.frames, 540);
  expect_shown(plan, expected_counters(plan, presented(clip("120.mp4")), from_on(0, 1080)));
}

TEST_F(Frames, AroundGapsAreRepeatedUntilTheNextOne) {
  // 30 frames a second, but only every fifth between the 4th and the 9th second.
  make_clip(with({{"-f", "lavfi", "-i",
                   counter(480, 270, "30", 16) + ",select='not(between(t,4,9))+not(mod(n,5))'"},
                  {"-vsync", "vfr"},
                  kX264}),
            clip("gaps.mkv"));
  std::vector<int> counters;
  for (int n = 0; n < 480; ++n) {
    if (n < 120 || n > 270 || n % 5 == 0) counters.push_back(n);
  }
  const Plan plan = make(clip("gaps.mkv"));
  EXPECT_EQ(plan.fps, (Rational{30, 1}));
  expect_shown(plan, expected_counters(plan, presented(clip("gaps.mkv")), counters));
}

TEST_F(Frames, OfAVariableRateAreChosenByTheGridAlone) {
  make_clip(with({{"-f", "lavfi", "-i",
                   counter(480, 270, "20", 17) +
                       ",settb=1/1000,setpts='(N+0.9*mod(N*N*31+N*17,97)/97)/20/TB'"},
                  {"-vsync", "passthrough", "-enc_time_base", "1:1000"},
                  kX264}),
            clip("variable.mkv"));
  const Times times = presented(clip("variable.mkv"));
  MemorySource source = MemorySource::of_file(clip("variable.mkv"));
  ASSERT_EQ(probe_info(source).video->grid_rate.num, 0) << "the clip has a constant rate";
  const Plan plan = make(clip("variable.mkv"));
  expect_shown(plan, expected_counters(plan, times, from_on(0, times.pts.size())));
}

TEST_F(Frames, OfLowRatesHaveUnbrokenDecodeTimes) {
  for (const std::string rate : {"10", "1", "2/3"}) {
    SCOPED_TRACE(rate);
    made_ = MadeStream();
    const int seconds = rate == "10" ? 18 : 33;
    make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, rate, seconds)}, kX264}),
              clip("low.mp4"));
    const Plan plan = make(clip("low.mp4"));
    expect_each_once(plan, 0, static_cast<std::size_t>(plan.frames));
  }
}

// Fewer frames than the encoder delays, alone and as a last chunk.
TEST_F(Frames, OfVeryShortVideosAndLastSegmentsAreEachShownOnce) {
  make_clip(with({{"-f", "lavfi", "-i", counter(480, 270, "25", 3)}, kX264, {"-bf", "3"}}),
            clip("three-seconds.mp4"));
  for (const int frames : {1, 2, 3, 4, 50, 51, 52, 53, 61}) {
    SCOPED_TRACE(frames);
    made_ = MadeStream();
    make_clip(
        {"-i", clip("three-seconds.mp4"), "-frames:v", std::to_string(frames), "-c:v", "ffv1"},
        clip("short.mkv"));
    expect_each_once(make(clip("short.mkv"), frames > 50 ? 2 : 1), 0,
                     static_cast<std::size_t>(frames));
  }
}

}  // namespace
}  // namespace vodmill::engine_test
