// Chunks against one whole run, and tasks that go on where an earlier one stopped.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "core/segment.h"
#include "engine/clips.h"
#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"
#include "mill/chunk.h"

namespace vodmill::engine_test {
namespace {

void write_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary) << as_text(bytes);
}

// SSIM of the luma, frame by frame, of two files of the same frames.
std::vector<double> ssim(const std::filesystem::path& one, const std::filesystem::path& other,
                         const std::filesystem::path& stats) {
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", one, "-i", other, "-lavfi",
       "[0:v]setpts=N/25/TB[a];[1:v]setpts=N/25/TB[b];[a][b]ssim=stats_file=" + stats.string(),
       "-f", "null", "-"});
  std::vector<double> values;
  std::ifstream file(stats);
  const std::regex luma("Y:([0-9.]+)");
  for (std::string line; std::getline(file, line);) {
    std::smatch found;
    if (std::regex_search(line, found, luma)) values.push_back(std::stod(found[1]));
  }
  return values;
}

TEST(Chunks, AreAsGoodAtTheirBordersAsOneWholeRun) {
  const ScratchFolder folder;
  const auto clip = folder.path() / "camera.mp4";
  // A real camera's pictures, at a constant rate.
  make_clip({"-ss", "4", "-i",
             VODMILL_SOURCE_DIR "/tests/media/real/camera-bottles-640x360-40s.mp4", "-vf", "fps=25",
             "-t", "20", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "14", "-g", "250"},
            clip);
  MemorySource source = MemorySource::of_file(clip);
  const Plan plan = plan_for(source, 3);
  ASSERT_GE(plan.chunks.size(), 4U);
  MadeStream chunked;
  make_all(source, plan, chunked);
  expect_whole(plan, chunked);
  MadeStream whole;
  make_all(source, as_one_chunk(plan), whole);
  expect_whole(plan, whole);

  for (const Rendition& rung : plan.ladder) {
    SCOPED_TRACE(rung.name);
    EXPECT_EQ(chunked.piece(rung.name, kInitSegment), whole.piece(rung.name, kInitSegment));
  }
  // The top rung has the source's size, so its frames can be compared.
  ASSERT_EQ(plan.ladder.front().width, 640);
  write_file(folder.path() / "chunked.mp4", chunked.joined("v0"));
  write_file(folder.path() / "whole.mp4", whole.joined("v0"));
  const auto stats = folder.path() / "ssim.txt";
  const auto of_chunked = ssim(folder.path() / "chunked.mp4", clip, stats);
  const auto of_whole = ssim(folder.path() / "whole.mp4", clip, stats);
  ASSERT_EQ(of_chunked.size(), static_cast<std::size_t>(plan.frames));
  ASSERT_EQ(of_whole.size(), of_chunked.size());
  EXPECT_GT(of_whole.front(), 0.9) << "not the same frames";

  constexpr std::size_t kAfterBorder = 10;
  double lost = 0;
  double worst = 0;
  std::size_t counted = 0;
  for (std::size_t i = 1; i < plan.chunks.size(); ++i) {
    const auto border = static_cast<std::size_t>(
        plan.boundaries[static_cast<std::size_t>(plan.chunks[i].first_segment)]);
    for (std::size_t n = border; n < border + kAfterBorder; ++n) {
      lost += of_whole[n] - of_chunked[n];
      worst = std::max(worst, of_whole[n] - of_chunked[n]);
      ++counted;
    }
  }
  RecordProperty("mean_loss", std::to_string(lost / static_cast<double>(counted)));
  RecordProperty("worst_loss", std::to_string(worst));
  EXPECT_LE(lost / static_cast<double>(counted), 0.0005);
  EXPECT_LE(worst, 0.003);

  const auto bytes_of_chunked = static_cast<double>(chunked.joined("v0").size());
  EXPECT_NEAR(bytes_of_chunked / static_cast<double>(whole.joined("v0").size()), 1, 0.03);
}

class Resume : public testing::Test {
 protected:
  void SetUp() override {
    const auto clip = folder_.path() / "clip.mp4";
    make_clip({"-f", "lavfi", "-i", counter(480, 270, "25", 21), "-c:v", "libx264", "-preset",
               "veryfast", "-bf", "3", "-g", "100"},
              clip);
    source_.emplace(MemorySource::of_file(clip));
    plan_ = as_one_chunk(plan_for(*source_, 1));
    ASSERT_EQ(plan_.segments(), 5);
    ASSERT_EQ(plan_.ladder.size(), 2U);
  }

  ScratchFolder folder_;
  std::optional<MemorySource> source_;
  Plan plan_;
};

TEST_F(Resume, OfEachRungAtItsOwnFrontContinuesTheStream) {
  MadeStream first_attempt;
  make_chunk(*source_, plan_, 0, {0, 0}, first_attempt);
  for (const auto& fronts : {std::vector{2, 4}, std::vector{3, 1}}) {
    SCOPED_TRACE(testing::Message() << fronts[0] << " and " << fronts[1]);
    // What was committed before a crash.
    MadeStream made;
    for (std::size_t rung = 0; rung < fronts.size(); ++rung) {
      for (int index = kInitSegment; index < fronts[rung]; ++index) {
        const std::string& name = plan_.ladder[rung].name;
        ASSERT_TRUE(made.segment(name, index, first_attempt.piece(name, index), {}));
      }
    }
    make_chunk(*source_, plan_, 0, fronts, made);
    expect_whole(plan_, made);
    for (const Rendition& rung : plan_.ladder) {
      SCOPED_TRACE(rung.name);
      const auto shown = counters_of(decode_pictures(made.joined(rung.name)));
      ASSERT_EQ(shown.size(), 525U);
      for (std::size_t n = 0; n < shown.size(); ++n) ASSERT_EQ(shown[n], static_cast<int>(n));
    }
  }
}

TEST_F(Resume, OfAFinishedRungMakesNothingOfItAgain) {
  MadeStream made;
  make_chunk(*source_, plan_, 0, {5, 4}, made);
  EXPECT_EQ(made.pieces("v0"), 0U);
  EXPECT_EQ(made.pieces("v1"), 2U);  // the InitSegment and the last one
}

TEST_F(Resume, OfAFinishedChunkMakesNothing) {
  MadeStream made;
  make_chunk(*source_, plan_, 0, {5, 5}, made);
  EXPECT_EQ(made.pieces("v0"), 0U);
  EXPECT_EQ(made.pieces("v1"), 0U);
}

// What a player shows: at the end of a slice x264 may write a bit differently that says nothing.
bool show_the_same(const MadeStream& one, const MadeStream& other, const std::string& rung) {
  const std::vector<Picture> some = decode_pictures(one.joined(rung));
  const std::vector<Picture> others = decode_pictures(other.joined(rung));
  const auto row = [](const AVFrame& frame, int plane, int y) {
    const int width = plane == 0 ? frame.width : (frame.width + 1) / 2;
    return ByteView(reinterpret_cast<const std::byte*>(frame.data[plane]) +
                        static_cast<std::ptrdiff_t>(y) * frame.linesize[plane],
                    static_cast<std::size_t>(width));
  };
  return std::ranges::equal(some, others, [&](const Picture& a, const Picture& b) {
    if (a.seconds != b.seconds) return false;
    for (int plane = 0; plane < 3; ++plane) {
      const int rows = plane == 0 ? a.frame->height : (a.frame->height + 1) / 2;
      for (int y = 0; y < rows; ++y) {
        if (!std::ranges::equal(row(*a.frame, plane, y), row(*b.frame, plane, y))) return false;
      }
    }
    return true;
  });
}

TEST_F(Resume, OfNothingGivesTheSamePicturesWhoeverIsFaster) {
  MadeStream one;
  make_chunk(*source_, plan_, 0, {0, 0}, one);
  MadeStream other;
  make_chunk(*source_, plan_, 0, {0, 0}, other);
  for (const Rendition& rung : plan_.ladder) {
    EXPECT_TRUE(show_the_same(one, other, rung.name)) << rung.name;
  }
  ASSERT_EQ(one.pictures().size(), other.pictures().size());
  for (const auto& [segment, pictures] : one.pictures()) {
    EXPECT_EQ(pictures.strip, other.pictures().at(segment).strip);
    EXPECT_EQ(pictures.poster, other.pictures().at(segment).poster);
  }
}

// Refuses one rendition's segments from the second one on.
class RefusingOutput final : public mill::Output {
 public:
  explicit RefusingOutput(std::string refused) : refused_(std::move(refused)) {}

  Result<> segment(std::string_view rendition, int index, ByteView,
                   const mill::Pictures&) override {
    if (rendition == refused_ && index >= 1) return fail(ErrorCode::cancelled, "refused");
    return {};
  }
  Result<> progress(std::int64_t, std::int64_t) override { return {}; }

 private:
  const std::string refused_;
};

plan::TaskSpec spec_of_chunk(const MemorySource& source, const Plan& plan, int chunk) {
  plan::TaskSpec spec;
  spec.kind = TaskKind::chunk;
  spec.source_bytes = source.size();
  spec.plan = plan;
  spec.chunk = chunk;
  spec.resume.assign(plan.ladder.size(), 0);
  return spec;
}

TEST_F(Resume, EndsWithTheErrorOfWhicheverRenditionHasOne) {
  plan_.chunks = {{0, 1}, {1, 5}};
  for (const Rendition& rung : plan_.ladder) {
    RefusingOutput output(rung.name);
    mill::StageSheet sheet;
    mill::StageClock clock(sheet);
    const auto result =
        mill::encode_chunk(*source_, spec_of_chunk(*source_, plan_, 1), output, clock);
    ASSERT_FALSE(result) << rung.name;
    EXPECT_EQ(result.error().code, ErrorCode::cancelled) << rung.name;
  }
}

TEST(Chunks, TellWhatTheirProcessorTimeWentInto) {
  MemorySource source =
      MemorySource::of_file(VODMILL_SOURCE_DIR "/tests/media/real/camera-bottles-640x360-40s.mp4");
  const Plan plan = plan_for(source, 2);
  MadeStream made;
  made.begin_task();
  mill::StageSheet sheet;
  const auto before = mill::process_time();
  {
    mill::StageClock clock(sheet);
    const auto result = mill::encode_chunk(source, spec_of_chunk(source, plan, 1), made, clock);
    ASSERT_TRUE(result) << result.error().message;
  }
  const std::chrono::duration<double> spent = mill::process_time() - before;
  std::chrono::duration<double> counted{0};
  std::chrono::duration<double> rest{0};
  std::map<std::string, double> seconds;
  for (const sandbox::StageTime& each : sheet.times()) {
    counted += each.time;
    if (each.stage == sandbox::Stage::rest) rest += each.time;
    seconds[std::string(name_of(each.stage)) + each.rendition] +=
        std::chrono::duration<double>(each.time).count();
  }
  EXPECT_NEAR(counted / spent, 1, 0.15);
  EXPECT_LT(rest / spent, 0.15);
  EXPECT_GT(seconds["decode"], 0);
  EXPECT_GT(seconds["scale"], 0);
  EXPECT_GT(seconds["pictures"], 0);
  EXPECT_GT(seconds["mux"], 0);
  for (const Rendition& rung : plan.ladder) EXPECT_GT(seconds["encode" + rung.name], 0);
}

}  // namespace
}  // namespace vodmill::engine_test
