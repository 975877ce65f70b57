// The engine is right in time: of every container and rate, picture n is shown at n / fps and a
// beep is heard at its moment, from the first chunk to the last.
//
// Each row is a clip of some forty seconds whose pictures are numbered and whose beeps lie at
// distances that no two pairs of them share.
#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"
#include "plan/planner.h"

namespace vodmill::engine_test {
namespace {

constexpr double kSeconds = 40;
const std::vector<double> kMoments{0.5, 2.1, 7.9, 14, 20.3, 26.5, 32.2, 38.6};
// Codecs smear a beep's start and some containers count in milliseconds; less than a picture.
constexpr double kTolerance = 0.016;

const Words kX264{"-c:v", "libx264", "-preset", "ultrafast", "-g", "50"};
const Words kBFrames{"-bf", "3", "-b_strategy", "0"};
const Words kAac{"-c:a", "aac", "-b:a", "96k"};

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Row {
  std::string name;
  std::string file;  // its ending chooses the muxer
  Words codecs;
  std::string rate = "25";
  double late = 0;  // by how much the sound is later than the picture, in seconds
  int every = 1;    // how many source pictures an output picture stands for
  double seconds = kSeconds;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

Words input_of(const std::string& source, double from) {
  const Words words{"-f", "lavfi", "-i", source};
  return from > 0 ? Words{"-itsoffset", fmt::format("{}", from)} + words : words;
}

class InSync : public testing::TestWithParam<Row> {
 protected:
  void make() {
    const Row& row = GetParam();
    const std::filesystem::path clip = folder_.path() / row.file;
    make_clip(input_of(counter(192, 108, row.rate, row.seconds), -row.late) +
                  input_of(beeps_at(kMoments, 48'000, row.seconds), row.late) + row.codecs,
              clip);
    MemorySource source = MemorySource::of_file(clip);
    auto plan = plan::make_plan(probe_info(source),
                                {.build = EngineBuild("test"), .parallel = 3, .may_copy = false});
    ASSERT_TRUE(plan) << plan.error().message;
    plan_ = std::move(plan).value();
    ASSERT_GE(plan_.chunks.size(), 4U);
    ASSERT_TRUE(plan_.audio);
    make_all(source, plan_, made_);
  }

  void expect_pictures() const {
    const auto pictures = decode_pictures(made_.joined("v0"));
    const auto shown = counters_of(pictures);
    std::string wrong;
    int count = 0;
    for (std::size_t n = 0; n < shown.size(); ++n) {
      ASSERT_NEAR(pictures[n].seconds, static_cast<double>(n) / plan_.fps.value(), 1e-4);
      if (shown[n] == static_cast<int>(n) * GetParam().every) continue;
      if (++count <= 12) wrong += fmt::format(" {} at {},", shown[n], n);
    }
    EXPECT_EQ(count, 0) << "of " << shown.size() << " are not where they belong:" << wrong;
  }

  void expect_length() const {
    const double made = static_cast<double>(plan_.frames) / plan_.fps.value();
    EXPECT_NEAR(made, GetParam().seconds, 1 / plan_.fps.value() + 1e-6);
  }

  void expect_sound() const {
    std::vector<double> expected;
    for (const double moment : kMoments) {
      const double at = moment + GetParam().late;
      if (at > 0.01 && at + 0.05 < GetParam().seconds) expected.push_back(at);
    }
    const auto heard = beep_times(decode_sound(made_.joined("a0")));
    ASSERT_EQ(heard.size(), expected.size()) << fmt::format("{}", fmt::join(heard, " "));
    for (std::size_t i = 0; i < heard.size(); ++i) {
      EXPECT_NEAR(heard[i], expected[i], kTolerance);
    }
  }

  ScratchFolder folder_;
  Plan plan_;
  MadeStream made_;
};

TEST_P(InSync, PicturesAndSoundAreAtTheirMoments) {
  ASSERT_NO_FATAL_FAILURE(make());
  expect_whole(plan_, made_);
  expect_length();
  expect_pictures();
  expect_sound();
}

std::vector<Row> containers() {
  return {
      {.name = "Mp4WithBFrames", .file = "c.mp4", .codecs = kX264 + kBFrames + kAac},
      {.name = "Matroska", .file = "c.mkv", .codecs = kX264 + kBFrames + kAac},
      {.name = "TransportStream", .file = "c.ts", .codecs = kX264 + kBFrames + kAac},
  };
}

std::string name_of(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Containers, InSync, testing::ValuesIn(containers()), name_of);

}  // namespace
}  // namespace vodmill::engine_test
