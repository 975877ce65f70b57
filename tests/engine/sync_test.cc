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
const std::vector<double> kMoments{0.6, 2.1, 7.9, 14, 20.3, 26.5, 32.2, 38.6};
// Codecs smear a beep's start and some containers count in milliseconds; less than a picture.
constexpr double kTolerance = 0.016;

const Words kX264{"-c:v", "libx264", "-preset", "ultrafast", "-g", "50"};
const Words kBFrames{"-bf", "3", "-b_strategy", "0"};
const Words kBt709{"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"};
const Words kMpeg4{"-c:v", "mpeg4", "-g", "50", "-b:v", "500k"};
const Words kMpeg2{"-c:v", "mpeg2video", "-g", "15", "-bf", "2", "-b:v", "500k"};
const Words kVp9{"-c:v",     "libvpx-vp9", "-cpu-used", "8",    "-deadline",
                 "realtime", "-g",         "50",        "-b:v", "300k"};
const Words kAac{"-c:a", "aac", "-b:a", "96k"};
const Words kMp2{"-c:a", "mp2", "-b:a", "128k"};
const Words kOpus{"-c:a", "libopus", "-b:a", "96k"};
const Words kPcm{"-c:a", "pcm_s16le"};

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Every third picture of 20 a second comes 45 ms late.
const std::string kUneven = ",settb=1/1000,setpts='(N+0.9*eq(mod(N,3),1))/20/TB'";
double uneven_time(int picture) { return (picture + (picture % 3 == 1 ? 0.9 : 0)) / 20; }

struct Row {
  std::string name;
  std::string file;  // its ending chooses the muxer
  Words codecs;
  std::string rate = "25";
  double late = 0;  // by how much the sound is later than the picture, in seconds
  int every = 1;    // how many source pictures an output picture stands for
  bool uneven = false;
  bool copied = false;  // the packets themselves, not encoded again
  double seconds = kSeconds;
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

Words input_of(const std::string& source, double from) {
  const Words words{"-f", "lavfi", "-i", source};
  return from > 0 ? Words{"-itsoffset", fmt::format("{}", from)} + words : words;
}

class InSync : public testing::TestWithParam<Row> {
 protected:
  void make() {
    const Row& row = GetParam();
    const std::filesystem::path clip = folder_.path() / row.file;
    make_clip(input_of(counter(192, 108, row.rate, row.seconds) + ",setsar=1" +
                           (row.uneven ? kUneven : ""),
                       -row.late) +
                  input_of(beeps_at(kMoments, 48'000, row.seconds), row.late) + row.codecs +
                  Words{"-vsync", "passthrough"},
              clip);
    MemorySource source = MemorySource::of_file(clip);
    auto plan = plan::make_plan(probe_info(source),
                                {.build = EngineBuild("test"), .cores = 6, .may_copy = row.copied});
    ASSERT_TRUE(plan) << plan.error().message;
    plan_ = std::move(plan).value();
    ASSERT_EQ(plan_.ladder.front().copied, row.copied) << testing::PrintToString(plan_.reasons);
    ASSERT_GE(plan_.chunks.size(), 4U);
    ASSERT_FALSE(plan_.sounds.empty());
    make_all(source, plan_, made_);
  }

  // Picture `shown` is the last that is due when output picture n has been shown for half its time.
  bool is_right(int shown, int n) const {
    const Row& row = GetParam();
    if (!row.uneven) return shown == n * row.every;
    const double half = (n + 0.5) / plan_.fps.value();
    constexpr double kRounded = 0.001;
    const bool is_last = shown + 1 == static_cast<int>(row.seconds * 20);
    return uneven_time(shown) <= half + kRounded &&
           (is_last || uneven_time(shown + 1) >= half - kRounded);
  }

  void expect_pictures() const {
    const auto pictures = decode_pictures(made_.joined("v0"));
    const auto shown = counters_of(pictures);
    std::string wrong;
    int count = 0;
    for (std::size_t n = 0; n < shown.size(); ++n) {
      ASSERT_NEAR(pictures[n].seconds, static_cast<double>(n) / plan_.fps.value(), 1e-4);
      if (is_right(shown[n], static_cast<int>(n))) continue;
      if (++count <= 12) wrong += fmt::format(" {} at {},", shown[n], n);
    }
    EXPECT_EQ(count, 0) << "of " << shown.size() << " are not where they belong:" << wrong;
  }

  void expect_length() const {
    const double made = static_cast<double>(plan_.frames) / plan_.fps.value();
    EXPECT_NEAR(made, GetParam().seconds, std::max(0.05, 1 / plan_.fps.value()) + 1e-6);
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
      {.name = "Mp4WithoutBFrames", .file = "c.mp4", .codecs = kX264 + kAac},
      {.name = "Mp4WithoutEditLists",
       .file = "c.mp4",
       .codecs = kX264 + kBFrames + kAac + Words{"-use_editlist", "0"}},
      {.name = "Mp4InFragments",
       .file = "c.mp4",
       .codecs = kX264 + kBFrames + kAac + Words{"-movflags", "frag_keyframe+empty_moov"}},
      {.name = "QuickTime", .file = "c.mov", .codecs = kX264 + kBFrames + kAac},
      {.name = "QuickTimeWithPcm", .file = "c.mov", .codecs = kMpeg4 + kPcm},
      {.name = "Phone3gp",
       .file = "c.3gp",
       .codecs = Words{"-c:v", "h263", "-s", "176x144"} + kAac,
       .rate = "30000/1001"},
      {.name = "Matroska", .file = "c.mkv", .codecs = kX264 + kBFrames + kAac},
      {.name = "MatroskaWithOpus", .file = "c.mkv", .codecs = kX264 + kBFrames + kOpus},
      {.name = "WebmVp9", .file = "c.webm", .codecs = kVp9 + kOpus},
      {.name = "AviH264", .file = "c.avi", .codecs = kX264 + kPcm},
      {.name = "AviH264WithBFrames", .file = "c.avi", .codecs = kX264 + kBFrames + kPcm},
      {.name = "AviH264WithOpenGops",
       .file = "c.avi",
       .codecs = kX264 + kBFrames + kPcm + Words{"-x264-params", "open-gop=1"}},
      {.name = "AviMpeg4", .file = "c.avi", .codecs = kMpeg4 + kPcm},
      {.name = "AviMpeg4WithBFrames", .file = "c.avi", .codecs = kMpeg4 + Words{"-bf", "2"} + kPcm},
      {.name = "TransportStream", .file = "c.ts", .codecs = kX264 + kBFrames + kAac},
      {.name = "TransportStreamMpeg2", .file = "c.ts", .codecs = kMpeg2 + kMp2},
      {.name = "FlvH264", .file = "c.flv", .codecs = kX264 + kBFrames + kAac},
      {.name = "FlvSorenson",
       .file = "c.flv",
       .codecs = Words{"-c:v", "flv", "-g", "50", "-c:a", "libmp3lame", "-ar", "44100"}},
      {.name = "ProgramStreamMpeg2", .file = "c.vob", .codecs = kMpeg2 + kMp2},
      {.name = "ProgramStreamMpeg1",
       .file = "c.mpg",
       .codecs = Words{"-c:v", "mpeg1video", "-g", "15", "-bf", "2"} + kMp2},
      {.name = "WindowsMedia",
       .file = "c.wmv",
       .codecs = {"-c:v", "wmv2", "-g", "50", "-c:a", "wmav2"}},
      {.name = "OggTheora",
       .file = "c.ogv",
       .codecs = {"-c:v", "libtheora", "-g", "50", "-q:v", "7", "-c:a", "libvorbis"}},
  };
}

std::vector<Row> rates() {
  const Words codecs = kX264 + kBFrames + kAac;
  return {
      {.name = "Mp4Of23976", .file = "c.mp4", .codecs = codecs, .rate = "24000/1001"},
      {.name = "MatroskaOf2997", .file = "c.mkv", .codecs = codecs, .rate = "30000/1001"},
      {.name = "FlvOf50", .file = "c.flv", .codecs = codecs, .rate = "50", .seconds = 26},
      {.name = "TransportStreamOf5994",
       .file = "c.ts",
       .codecs = codecs,
       .rate = "60000/1001",
       .seconds = 26},
      {.name = "Mp4Of120",
       .file = "c.mp4",
       .codecs = codecs,
       .rate = "120",
       .every = 2,
       .seconds = 20},
      {.name = "Mp4OfUnevenPictures",
       .file = "c.mp4",
       .codecs = codecs + Words{"-enc_time_base", "1:1000"},
       .rate = "20",
       .uneven = true},
      {.name = "MatroskaOfUnevenPictures",
       .file = "c.mkv",
       .codecs = codecs + Words{"-enc_time_base", "1:1000"},
       .rate = "20",
       .uneven = true},
      {.name = "Mp4OfOneASecond",
       .file = "c.mp4",
       .codecs = kX264 + kAac,
       .rate = "1",
       .seconds = 150},
  };
}

std::vector<Row> starts() {
  const Words codecs = kX264 + kBFrames + kAac;
  const auto from = [](const std::string& seconds) { return Words{"-output_ts_offset", seconds}; };
  return {
      {.name = "Mp4WithSoundLater", .file = "c.mp4", .codecs = codecs, .late = 0.5},
      {.name = "Mp4WithPictureLater", .file = "c.mp4", .codecs = codecs, .late = -0.48},
      {.name = "MatroskaWithSoundLater", .file = "c.mkv", .codecs = codecs, .late = 0.5},
      {.name = "MatroskaWithPictureLater", .file = "c.mkv", .codecs = codecs, .late = -0.48},
      {.name = "TransportStreamWithSoundLater", .file = "c.ts", .codecs = codecs, .late = 0.5},
      {.name = "TransportStreamWithPictureLater", .file = "c.ts", .codecs = codecs, .late = -0.48},
      {.name = "WebmWithPictureLater", .file = "c.webm", .codecs = kVp9 + kOpus, .late = -0.48},
      {.name = "Mp4From3700Milliseconds", .file = "c.mp4", .codecs = codecs + from("3.7")},
      {.name = "MatroskaFrom3700Milliseconds", .file = "c.mkv", .codecs = codecs + from("3.7")},
      {.name = "FlvFrom3700Milliseconds", .file = "c.flv", .codecs = codecs + from("3.7")},
      {.name = "ProgramStreamFrom3700Milliseconds",
       .file = "c.vob",
       .codecs = kMpeg2 + kMp2 + from("3.7")},
      {.name = "TransportStreamFrom65Seconds", .file = "c.ts", .codecs = codecs + from("65.3")},
      // 33 bits of a clock of 90 kHz hold 95443.7 seconds.
      {.name = "TransportStreamThatWraps", .file = "c.ts", .codecs = codecs + from("95430")},
  };
}

std::vector<Row> copies() {
  const Words codecs = kX264 + kBFrames + kBt709 + kAac;
  return {
      {.name = "Mp4", .file = "c.mp4", .codecs = codecs, .copied = true},
      {.name = "Mp4WithPictureLater",
       .file = "c.mp4",
       .codecs = codecs,
       .late = -0.48,
       .copied = true},
      {.name = "MatroskaWithSoundLater",
       .file = "c.mkv",
       .codecs = codecs,
       .late = 0.5,
       .copied = true},
      {.name = "FlvOf2997",
       .file = "c.flv",
       .codecs = codecs,
       .rate = "30000/1001",
       .copied = true},
  };
}

std::string name_of(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Containers, InSync, testing::ValuesIn(containers()), name_of);
INSTANTIATE_TEST_SUITE_P(Rates, InSync, testing::ValuesIn(rates()), name_of);
INSTANTIATE_TEST_SUITE_P(Copies, InSync, testing::ValuesIn(copies()), name_of);
INSTANTIATE_TEST_SUITE_P(Starts, InSync, testing::ValuesIn(starts()), name_of);

}  // namespace
}  // namespace vodmill::engine_test
