// A large MP4 is planned by its index, and by its packets where the index is not true: with the
// same result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "engine/clips.h"
#include "engine/made_stream.h"
#include "engine/served_source.h"
#include "fakes/scratch_folder.h"
#include "mill/chunk.h"
#include "mill/probe.h"
#include "plan/json.h"
#include "plan/partial.h"
#include "plan/planner.h"

namespace vodmill::engine_test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr mill::ProbeOptions kByIndex{.believe_index_from = 0};
constexpr mill::ProbeOptions kByPackets{.believe_index_from = INT64_MAX};
constexpr std::string_view kBelieved = "its index was believed";
constexpr std::string_view kNotBelieved = "its index was not believed";

bool is_of_the_index(const std::string& note) {
  return note.starts_with(kBelieved) || note.starts_with(kNotBelieved);
}

bool is_believed(const SourceInfo& info) {
  return std::ranges::any_of(info.notes,
                             [](const std::string& note) { return note.starts_with(kBelieved); });
}

// What was found, but how; or why nothing was.
std::string told(const Result<SourceInfo>& found) {
  if (!found) return std::string(error_code_name(found.error().code)) + found.error().message;
  SourceInfo info = *found;
  std::erase_if(info.notes, is_of_the_index);
  return plan::to_json(info);
}

const Words kX264{"-c:v",        "libx264", "-preset",    "ultrafast",     "-pix_fmt",
                  "yuv420p",     "-g",      "50",         "-sc_threshold", "0",
                  "-colorspace", "bt709",   "-color_trc", "bt709",         "-color_primaries",
                  "bt709"};

class Index : public testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  Words made_of(const std::string& picture, double seconds, const Words& more) {
    Words words{"-f", "lavfi", "-i", picture + ",setsar=1",
                "-f", "lavfi", "-i", beeps(48000, seconds)};
    words.insert(words.end(), kX264.begin(), kX264.end());
    words.insert(words.end(), {"-c:a", "aac"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Bytes clip(const std::string& name, const Words& more = {}, double seconds = 21) {
    make_clip(made_of(counter(640, 360, "25", seconds), seconds, more), path(name));
    return bytes_of(name);
  }

  Bytes bytes_of(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
  }

  // Offset of the picture's packet `number`, in the order of decoding, with its size.
  std::pair<std::size_t, std::size_t> packet(const std::string& name, std::size_t number) const {
    std::istringstream numbers(
        run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pos,size",
             "-of", "default=nw=1:nk=1", path(name)}));
    std::size_t size = 0;
    std::size_t offset = 0;
    for (std::size_t n = 0; n <= number; ++n) EXPECT_TRUE(numbers >> size >> offset);
    return {offset, size};
  }

  ScratchFolder folder_;
};

// Some 100 MB, without the time to encode them.
TEST_F(Index, OfALargeFileIsReadInsteadOfThePackets) {
  make_clip(made_of("color=gray:size=640x360:rate=25:duration=10,noise=alls=60:allf=t", 10,
                    {"-b:v", "4M", "-minrate", "4M", "-maxrate", "4M", "-bufsize", "4M"}),
            path("once.mp4"));
  for (const bool is_at_the_end : {false, true}) {
    SCOPED_TRACE(is_at_the_end ? "index at the end" : "index at the front");
    Words words{"-stream_loop", "20", "-i", path("once.mp4"), "-c", "copy"};
    if (!is_at_the_end) words.insert(words.end(), {"-movflags", "+faststart"});
    make_clip(words, path("long.mp4"));
    MemorySource file = MemorySource::of_file(path("long.mp4"));
    ASSERT_GT(file.size(), 90'000'000);

    ServedSource whole(file);
    const auto by_packets = mill::probe(whole, kByPackets);
    EXPECT_GT(whole.bytes(), file.size());
    ServedSource served(file);
    const auto by_index = mill::probe(served);
    ASSERT_TRUE(by_index) << by_index.error().message;
    EXPECT_TRUE(is_believed(*by_index)) << testing::PrintToString(by_index->notes);
    EXPECT_EQ(told(by_index), told(by_packets));
    std::printf("%lld bytes: %lld read in %d requests, before %lld in %d\n",
                static_cast<long long>(file.size()), static_cast<long long>(served.bytes()),
                served.requests(), static_cast<long long>(whole.bytes()), whole.requests());
    EXPECT_LT(served.bytes(), file.size() / 20);
  }
}

TEST_F(Index, OfASmallFileIsNotAskedFor) {
  MemorySource source(clip("small.mp4", {}, 3));
  EXPECT_THAT(probe_info(source).notes, testing::Not(Contains(HasSubstr("index"))));
}

TEST_F(Index, IsThatOfTheFileInEveryForm) {
  const std::vector<std::pair<std::string, Words>> forms{
      {"plain.mp4", {}},
      {"front.mp4", {"-movflags", "+faststart"}},
      {"plain.mov", {}},
      {"reordered.mp4", {"-bf", "3", "-b_strategy", "0"}},
      {"late.mp4", {"-output_ts_offset", "1.4"}},
      {"intra.mp4", {"-g", "1"}},
      {"variable.mp4",
       {"-bf", "2", "-vf", "setpts=PTS+gt(N\\,30)*0.013/TB*mod(N\\,3)", "-vsync", "vfr"}},
      {"hevc.mp4", {"-c:v", "libx265", "-x265-params", "log-level=none"}},
      {"mpeg4.mp4", {"-c:v", "mpeg4", "-bf", "2"}},
      {"sound.mp4", {"-c:a", "libmp3lame"}}};
  for (const auto& [name, words] : forms) {
    SCOPED_TRACE(name);
    MemorySource source(clip(name, words, 6));
    const auto by_index = mill::probe(source, kByIndex);
    ASSERT_TRUE(by_index) << by_index.error().message;
    EXPECT_TRUE(is_believed(*by_index)) << testing::PrintToString(by_index->notes);
    EXPECT_EQ(told(by_index), told(mill::probe(source, kByPackets)));
  }
}

TEST_F(Index, IsNotBelievedInFragments) {
  MemorySource source(clip("f.mp4", {"-movflags", "frag_keyframe+empty_moov"}, 6));
  const auto by_index = mill::probe(source, kByIndex);
  ASSERT_TRUE(by_index);
  EXPECT_THAT(by_index->notes, Contains(HasSubstr("not in one piece")));
  EXPECT_EQ(told(by_index), told(mill::probe(source, kByPackets)));
}

TEST_F(Index, IsNotBelievedThatCallsEveryPictureARandomAccessPoint) {
  Bytes bytes = clip("c.mp4", {}, 6);
  const ByteView stss = as_bytes(std::string_view("stss"));
  const auto found = std::ranges::search(bytes, stss);
  ASSERT_FALSE(found.empty());
  std::ranges::copy(as_bytes(std::string_view("free")), found.begin());
  MemorySource source(std::move(bytes));
  const auto by_index = mill::probe(source, kByIndex);
  ASSERT_TRUE(by_index);
  EXPECT_THAT(by_index->notes, Contains(HasSubstr("its packets are others")));
  EXPECT_EQ(told(by_index), told(mill::probe(source, kByPackets)));
}

TEST_F(Index, IsNotBelievedThatCallsRecoveryPointsRandomAccessPoints) {
  const std::vector<std::pair<std::string, std::string>> forms{
      {"refreshed.mp4", "intra-refresh=1:keyint=50"},
      {"open.mp4", "open-gop=1:bframes=3:b-adapt=0:keyint=50"}};
  for (const auto& [name, parameters] : forms) {
    SCOPED_TRACE(name);
    MemorySource source(clip(name, {"-bf", "3", "-x264-params", parameters}, 6));
    const auto by_index = mill::probe(source, kByIndex);
    ASSERT_TRUE(by_index);
    EXPECT_THAT(by_index->notes, Contains(HasSubstr("its packets are others")));
    EXPECT_EQ(told(by_index), told(mill::probe(source, kByPackets)));
  }
}

TEST_F(Index, ThatPointsBehindTheEndIsOfAFileCutShort) {
  const Bytes whole = clip("c.mp4", {"-movflags", "+faststart"}, 6);
  for (const std::size_t tenths : {1U, 4U, 7U, 9U}) {
    SCOPED_TRACE(tenths);
    Bytes bytes = whole;
    bytes.resize(whole.size() * tenths / 10);
    MemorySource source(std::move(bytes));
    const auto by_index = mill::probe(source, kByIndex);
    EXPECT_EQ(told(by_index), told(mill::probe(source, kByPackets)));
    if (by_index) EXPECT_TRUE(by_index->truncated);
  }
}

TEST_F(Index, WhoseMediaIsMissingIsOfAFileCutShort) {
  Bytes bytes = clip("c.mp4", {"-movflags", "+faststart"}, 6);
  bytes.resize(packet("c.mp4", 0).first);
  MemorySource source(std::move(bytes));
  const auto by_index = mill::probe(source, kByIndex);
  ASSERT_FALSE(by_index);
  EXPECT_EQ(by_index.error().code, ErrorCode::truncated_input);
}

// What the samples did not meet, the copying does: the video is planned anew without it then.
TEST_F(Index, ThatHidesWhatCannotBeCopiedEndsTheCopying) {
  Bytes bytes = clip("c.mp4", {"-b:v", "300k"});
  constexpr std::byte kParameterSet{0x67};
  const std::size_t nal = packet("c.mp4", 260).first + 4;
  ASSERT_NE(bytes.at(nal), kParameterSet);
  bytes.at(nal) = kParameterSet;
  MemorySource source(std::move(bytes));
  const auto info = mill::probe(source, kByIndex);
  ASSERT_TRUE(info);
  ASSERT_TRUE(is_believed(*info));
  ASSERT_THAT(info->video->copy.obstacle, IsEmpty());
  const auto plan = plan::make_plan(*info, {.build = EngineBuild("test"), .cores = 4});
  ASSERT_TRUE(plan);
  ASSERT_TRUE(plan->ladder.front().copied) << testing::PrintToString(plan->reasons);

  std::vector<Task> tasks;
  plan::TaskSpec spec;
  spec.kind = TaskKind::chunk;
  spec.source_bytes = source.size();
  spec.plan = *plan;
  for (; spec.chunk < std::ssize(plan->chunks); ++spec.chunk) {
    spec.resume.assign(plan->ladder.size(), 0);
    MadeStream made;
    mill::StageSheet sheet;
    mill::StageClock clock(sheet);
    const auto result = mill::encode_chunk(source, spec, made, clock);
    Task& task = tasks.emplace_back();
    task.kind = TaskKind::chunk;
    if (!result) task.error = result.error();
  }
  EXPECT_EQ(std::ranges::count_if(tasks, [](const Task& task) { return task.error.has_value(); }),
            1);
  EXPECT_TRUE(plan::copies_damage(*plan, tasks));
}

TEST_F(Index, IsRefusedForCopyingWhereASampleHasParameterSets) {
  MemorySource source(clip("c.mp4", {"-bsf:v", "dump_extra=freq=keyframe"}, 6));
  const auto by_index = mill::probe(source, kByIndex);
  ASSERT_TRUE(by_index);
  EXPECT_TRUE(is_believed(*by_index));
  EXPECT_THAT(by_index->video->copy.obstacle, HasSubstr("parameter sets"));
  EXPECT_EQ(told(by_index), told(mill::probe(source, kByPackets)));
}

// By its index as by its packets, whatever the file.
void expect_the_same(const std::filesystem::path& path) {
  SCOPED_TRACE(path);
  MemorySource source = MemorySource::of_file(path);
  auto by_index = mill::probe(source, kByIndex);
  auto by_packets = mill::probe(source, kByPackets);
  // Where the index hides what cannot be copied, the copying meets it.
  if (by_index && by_packets && by_index->video->copy.obstacle.empty() &&
      !by_packets->video->copy.obstacle.empty()) {
    by_index->video->copy = by_packets->video->copy = {};
  }
  EXPECT_EQ(told(by_index), told(by_packets));
  std::string how = "refused";
  if (by_index) {
    const auto note = std::ranges::find_if(by_index->notes, is_of_the_index);
    how = note == by_index->notes.end() ? "has no index" : *note;
  }
  std::printf("%-45s %s\n", path.filename().c_str(), how.c_str());
}

int compare_all(const std::filesystem::path& folder) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string kind = entry.path().extension();
    if (kind != ".mp4" && kind != ".mov" && kind != ".m4v" && kind != ".3gp" && kind != ".m4a")
      continue;
    expect_the_same(entry.path());
    ++files;
  }
  return files;
}

TEST(IndexOfSamples, SaysWhatThePacketsSay) {
  EXPECT_GT(compare_all(VODMILL_SOURCE_DIR "/tests/media"), 30);
}

TEST(IndexOfCorpus, SaysWhatThePacketsSay) {
  const char* corpus = std::getenv("VODMILL_CORPUS");
  if (!corpus) GTEST_SKIP() << "VODMILL_CORPUS names no folder: the large corpus was NOT compared";
  EXPECT_GT(compare_all(corpus), 50);
}

}  // namespace
}  // namespace vodmill::engine_test
