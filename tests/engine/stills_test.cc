// Pictures of any moment: they show the very frame that was asked for.
#include <gtest/gtest.h>

#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"
#include "mill/still.h"

namespace vodmill::engine_test {
namespace {

// Takes the one picture of a stills task.
class StillTaker final : public mill::Output {
 public:
  Result<> segment(std::string_view rendition, int index, ByteView bytes,
                   const mill::Pictures&) override {
    EXPECT_EQ(rendition, plan::kStillName);
    EXPECT_EQ(index, 0);
    EXPECT_TRUE(taken_.empty()) << "a second picture";
    taken_.assign(bytes.begin(), bytes.end());
    return {};
  }
  Result<> progress(std::int64_t, std::int64_t) override { return {}; }

  const Bytes& taken() const { return taken_; }

 private:
  Bytes taken_;
};

struct Kind {
  const char* name;
  const char* file;
  Words encoder;
  const char* rate;
};

const Words kX264{"-c:v", "libx264", "-preset", "veryfast", "-threads", "2", "-g", "60"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Stills : public testing::TestWithParam<Kind> {
 protected:
  std::optional<int> counter_at(MemorySource& source, const Plan& plan, std::int64_t frame) {
    plan::TaskSpec spec;
    spec.kind = TaskKind::stills;
    spec.source_bytes = source.size();
    spec.plan = plan;
    spec.still = plan::StillSpec{.frame = frame, .width = 320, .height = 180};
    StillTaker output;
    const auto made = mill::make_still(source, spec, output);
    EXPECT_TRUE(made) << made.error().message;
    if (!made) return std::nullopt;
    const av::FramePtr picture = decode_jpeg(output.taken());
    EXPECT_EQ(picture->width, 320);
    EXPECT_EQ(picture->height, 180);
    return counter_of(*picture);
  }

  ScratchFolder folder_;
};

TEST_P(Stills, ShowTheVeryFrameThatWasAskedFor) {
  const std::filesystem::path clip = folder_.path() / GetParam().file;
  make_clip(with({"-f", "lavfi", "-i", counter(640, 360, GetParam().rate, 9)}, GetParam().encoder),
            clip);
  MemorySource source = MemorySource::of_file(clip);
  const Plan plan = plan_for(source, 2);
  ASSERT_GT(plan.frames, 200);
  // Both ends, around key frames and the borders of segments, and in the middle of all.
  std::vector<std::int64_t> frames{0, 1, 2, 58, 59, 60, 61, 62, plan.frames / 2};
  frames.insert(frames.end(), {plan.boundaries[1] - 1, plan.boundaries[1]});
  for (int back = 3; back > 0; --back) frames.push_back(plan.frames - back);
  for (const std::int64_t frame : frames) EXPECT_EQ(counter_at(source, plan, frame), frame);
}

INSTANTIATE_TEST_SUITE_P(
    Of, Stills,
    testing::Values(Kind{"BFrames", "b.mp4", with(kX264, {"-bf", "3"}), "25"},
                    Kind{"OpenGops", "open.mp4",
                         with(kX264, {"-bf", "3", "-x264-params", "open-gop=1"}), "24000/1001"},
                    Kind{"ATransportStreamWithOpenGopsThatStartsLate", "open.ts",
                         with(kX264, {"-bf", "3", "-x264-params", "open-gop=1", "-output_ts_offset",
                                      "65"}),
                         "25"},
                    Kind{"HevcWithOpenGops",
                         "open.mkv",
                         {"-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                          "log-level=error:keyint=48:open-gop=1:bframes=3"},
                         "30000/1001"},
                    Kind{"ASingleKeyFrame", "one-key.ts",
                         with(kX264, {"-g", "1000", "-sc_threshold", "0"}), "25"},
                    Kind{"InterlacedVideo",
                         "fields.ts",
                         {"-vf", "setfield=tff", "-c:v", "mpeg2video", "-b:v", "4M", "-g", "15",
                          "-bf", "2", "-flags:v", "+ildct+ilme", "-top", "1"},
                         "25"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace vodmill::engine_test
