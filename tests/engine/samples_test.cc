// Every sample of tests/media against its row in MANIFEST.tsv, and the corpus that VODMILL_CORPUS
// names.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "engine/decoded.h"
#include "engine/made_stream.h"
#include "mill/chunk.h"
#include "mill/probe.h"
#include "plan/ladder.h"
#include "plan/planner.h"

namespace vodmill::engine_test {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

struct Sample {
  std::string file;
  bool may_complete = false;
  std::vector<std::string> refusals;  // codes, any of which is right
  bool may_be_partial = false;
  std::optional<std::int64_t> frames;
  std::optional<double> seconds;
  std::string shown;  // "1920x1080"
};

// A row: file, kind, expectation, frames, seconds, shown size; "-" is unknown.
Sample sample_from(const std::string& line) {
  const auto cells = split(line, '\t');
  EXPECT_EQ(cells.size(), 6U) << line;
  Sample sample;
  sample.file = cells[0];
  sample.shown = cells[5];
  for (const std::string& outcome : split(cells[2], '|')) {
    const auto colon = outcome.find(':');
    const std::string word = outcome.substr(0, colon);
    if (word == "completed") sample.may_complete = true;
    if (word == "partial") sample.may_be_partial = true;
    if (word == "refused") sample.refusals = split(outcome.substr(colon + 1), ',');
  }
  if (cells[3] != "-") sample.frames = std::stoll(cells[3]);
  if (cells[4] != "-") sample.seconds = std::stod(cells[4]);
  return sample;
}

std::vector<Sample> samples() {
  std::ifstream manifest(VODMILL_SOURCE_DIR "/tests/media/MANIFEST.tsv");
  std::vector<Sample> all;
  std::string line;
  std::getline(manifest, line);  // the head
  while (std::getline(manifest, line)) all.push_back(sample_from(line));
  EXPECT_GT(all.size(), 50U);
  return all;
}

Result<Plan> plan_of(MemorySource& source) {
  const SourceInfo info = TRY(mill::probe(source));
  return plan::make_plan(info, {.build = EngineBuild("test"), .cores = 4});
}

class Samples : public testing::TestWithParam<Sample> {
 protected:
  MemorySource source_ = MemorySource::of_file(std::filesystem::path(VODMILL_SOURCE_DIR) /
                                               "tests/media" / GetParam().file);
};

TEST_P(Samples, AreProbedAsTheManifestSays) {
  const Sample& sample = GetParam();
  const auto info = mill::probe(source_);
  const auto plan =
      info ? plan::make_plan(*info, {.build = EngineBuild("test")}) : fail(info.error());
  if (!plan) {
    const std::string code(error_code_name(plan.error().code));
    EXPECT_TRUE(std::ranges::find(sample.refusals, code) != sample.refusals.end())
        << code << ": " << plan.error().message;
    EXPECT_GT(plan.error().message.size(), 15U);
    return;
  }
  EXPECT_TRUE(sample.may_complete || sample.may_be_partial);
  if (!sample.may_be_partial) EXPECT_FALSE(info->truncated);
  if (!sample.may_complete) EXPECT_TRUE(info->truncated);
  const VideoStreamInfo& video = *info->video;
  EXPECT_EQ(video.field_order, "") << "its pictures are not combed";
  if (sample.frames && !info->truncated) {
    EXPECT_GE(video.packets, *sample.frames);
    // VP9's packets may hold a picture that is never shown.
    if (video.codec != "vp9") EXPECT_EQ(video.packets, *sample.frames);
  }
  const double seconds = static_cast<double>(plan->frames) / plan->fps.value();
  const double frame = 1 / plan->fps.value();
  if (sample.seconds) EXPECT_NEAR(seconds, *sample.seconds, std::max(frame, *sample.seconds / 100));
  const auto shown =
      plan::shown_size(video.width, video.height, video.sample_aspect, video.rotation);
  EXPECT_EQ(std::to_string(shown.width) + "x" + std::to_string(shown.height), sample.shown);
}

TEST_P(Samples, AreMadeWhole) {
  const auto plan = plan_of(source_);
  if (!plan) GTEST_SKIP() << "refused: " << plan.error().message;
  if (!GetParam().may_complete) GTEST_SKIP() << "not a whole video";
  MadeStream made;
  make_all(source_, *plan, made);
  expect_whole(*plan, made);
  const Rendition& lowest = plan->ladder.back();
  const auto pictures = decode_pictures(made.joined(lowest.name));
  EXPECT_EQ(std::ssize(pictures), plan->frames);
  for (const Picture& picture : pictures) {
    ASSERT_EQ(picture.frame->width, lowest.width);
    ASSERT_EQ(picture.frame->height, lowest.height);
  }
  if (!plan->sounds.empty()) EXPECT_FALSE(decode_sound(made.joined("a0")).samples.empty());
}

std::ostream& operator<<(std::ostream& out, const Sample& sample) { return out << sample.file; }

std::string name_of(const testing::TestParamInfo<Sample>& info) {
  std::string name = info.param.file;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, Samples, testing::ValuesIn(samples()), name_of);

// A damaged file that can be planned: its first chunk is made or refused with a final code.
void expect_made_or_refused(MemorySource& source, const Plan& plan) {
  plan::TaskSpec spec;
  spec.kind = TaskKind::chunk;
  spec.source_bytes = source.size();
  spec.plan = plan;
  spec.resume.assign(plan.ladder.size(), 0);
  MadeStream made;
  mill::StageSheet sheet;
  mill::StageClock clock(sheet);
  const auto result = mill::encode_chunk(source, spec, made, clock);
  std::printf("%-45s %s\n", "",
              result ? json::serialize(*result).c_str() : result.error().message.c_str());
  if (!result) EXPECT_FALSE(is_retryable(result.error().code)) << result.error().message;
}

// What may happen to a file of the corpus, by its folder.
void expect_corpus_outcome(const std::string& file, const std::string& expected,
                           const std::filesystem::path& path) {
  SCOPED_TRACE(file + ": " + expected);
  MemorySource source = MemorySource::of_file(path);
  const auto info = mill::probe(source);
  const auto plan =
      info ? plan::make_plan(*info, {.build = EngineBuild("test")}) : fail(info.error());
  const std::string outcome =
      plan ? (info->truncated ? "planned, truncated" : "planned")
           : std::string(error_code_name(plan.error().code)) + ": " + plan.error().message;
  std::printf("%-45s %s\n", file.c_str(), outcome.c_str());
  if (file.starts_with("ok/")) {
    EXPECT_TRUE(plan) << outcome;
    if (info) EXPECT_FALSE(info->truncated);
  }
  const bool is_good = file.starts_with("ok/") || file.starts_with("tricky/");
  if (plan && !is_good) expect_made_or_refused(source, *plan);
  if (plan) return;
  EXPECT_NE(plan.error().code, ErrorCode::internal_error) << outcome;
  EXPECT_FALSE(is_retryable(plan.error().code)) << outcome;
}

TEST(Corpus, IsAcceptedOrRefusedWithACode) {
  const char* corpus = std::getenv("VODMILL_CORPUS");
  if (!corpus) GTEST_SKIP() << "VODMILL_CORPUS names no folder: the large corpus was NOT probed";
  std::ifstream manifest(std::filesystem::path(corpus) / "MANIFEST.tsv");
  ASSERT_TRUE(manifest.good());
  std::string line;
  std::getline(manifest, line);
  int files = 0;
  while (std::getline(manifest, line)) {
    const auto cells = split(line, '\t');
    ASSERT_GT(cells.size(), 20U);
    expect_corpus_outcome(cells[0], cells.back(), std::filesystem::path(corpus) / cells[0]);
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace vodmill::engine_test
