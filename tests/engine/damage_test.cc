// What is lost of a source is told: where the picture or the sound is damaged, where the file ends
// before its container says, and a sound that is announced and cannot be heard.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "engine/clips.h"
#include "engine/made_stream.h"
#include "fakes/scratch_folder.h"
#include "mill/chunk.h"
#include "mill/probe.h"
#include "mill/sound.h"
#include "plan/partial.h"
#include "plan/planner.h"

namespace vodmill::engine_test {
namespace {

class Damage : public testing::Test {
 protected:
  Bytes clip(const std::string& name, const Words& more) {
    Words words{"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=6",
                "-f", "lavfi", "-i", "sine=frequency=440:duration=6"};
    words.insert(words.end(), more.begin(), more.end());
    make_clip(words, folder_.path() / name);
    std::ifstream file(folder_.path() / name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
  }

  Bytes mp4() {
    return clip("c.mp4", {"-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-c:a", "aac",
                          "-movflags", "+faststart"});
  }

  // What a video of these bytes would be said to lack.
  static std::optional<Partial> partial_of(Bytes bytes) {
    MemorySource source(std::move(bytes));
    const SourceInfo info = probe_info(source);
    const Plan plan = plan_for(source, 2);
    MadeStream made;
    std::vector<Task> tasks;
    const auto take = [&](const Result<json::object>& result) {
      ASSERT_TRUE(result) << result.error().message;
      tasks.emplace_back().result = json::serialize(*result);
    };
    plan::TaskSpec spec;
    spec.kind = TaskKind::chunk;
    spec.source_bytes = source.size();
    spec.plan = plan;
    for (; spec.chunk < std::ssize(plan.chunks); ++spec.chunk) {
      const Chunk& chunk = plan.chunks[static_cast<std::size_t>(spec.chunk)];
      spec.resume.assign(plan.ladder.size(), chunk.first_segment);
      made.begin_task();
      mill::StageSheet sheet;
      mill::StageClock clock(sheet);
      take(mill::encode_chunk(source, spec, made, clock));
    }
    if (!plan.sounds.empty()) {
      spec.kind = TaskKind::audio;
      spec.resume = {0};
      made.begin_task();
      take(mill::encode_sound(source, spec, made));
    }
    return plan::find_partial(info, plan, tasks);
  }

  static void expect_partial(Bytes bytes, ErrorCode reason, double from, double to) {
    const auto partial = partial_of(std::move(bytes));
    ASSERT_TRUE(partial);
    EXPECT_EQ(partial->reason, reason) << error_code_name(partial->reason);
    EXPECT_GE(partial->at_seconds, from);
    EXPECT_LE(partial->at_seconds, to);
  }

  struct Packet {
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  // The packets of a stream ("v:0") as ffprobe finds them.
  std::vector<Packet> packets(const std::string& name, const std::string& stream) const {
    std::istringstream numbers(
        run({"ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
             "packet=pos,size", "-of", "default=nw=1:nk=1", folder_.path() / name}));
    std::vector<Packet> all;
    for (Packet packet; numbers >> packet.size >> packet.offset;) all.push_back(packet);
    return all;
  }

  static void overwrite(Bytes& bytes, std::size_t offset, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      bytes.at(offset + i) = static_cast<std::byte>(i * 73 + 29);
  }

  static void rename_first(Bytes& bytes, std::string_view from, std::string_view to) {
    const ByteView wanted = as_bytes(from);
    const auto found = std::ranges::search(bytes, wanted);
    ASSERT_FALSE(found.empty());
    std::memcpy(&*found.begin(), to.data(), to.size());
  }

  ScratchFolder folder_;
};

TEST_F(Damage, IsNotSeenInWholeFiles) {
  EXPECT_FALSE(partial_of(mp4()));
  const Words copy{"-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-c:a", "aac"};
  for (const char* name : {"w.mkv", "w.ts", "w.flv"}) {
    SCOPED_TRACE(name);
    EXPECT_FALSE(partial_of(clip(name, copy)));
  }
  EXPECT_FALSE(partial_of(clip("w.avi", {"-c:v", "mpeg4", "-c:a", "libmp3lame"})));
}

TEST_F(Damage, OfThePictureIsToldAtItsFrame) {
  Bytes bytes = mp4();
  const auto [offset, size] = packets("c.mp4", "v:0").at(75);  // the random access point at 3 s
  overwrite(bytes, offset + size / 4, size / 2);
  expect_partial(std::move(bytes), ErrorCode::malformed_input, 2.8, 3.2);
}

TEST_F(Damage, OfTheSoundIsToldAtItsTime) {
  Bytes bytes = mp4();
  const auto sound = packets("c.mp4", "a:0");
  for (std::size_t n = 80; n < 90; ++n) {
    std::memset(&bytes.at(sound.at(n).offset), 0xff, sound.at(n).size);
  }
  expect_partial(std::move(bytes), ErrorCode::malformed_input, 1.6, 2.2);
}

TEST_F(Damage, OfAllTheSoundIsToldFromItsStart) {
  Bytes bytes = mp4();
  for (const auto& [offset, size] : packets("c.mp4", "a:0")) {
    std::memset(&bytes.at(offset), 0xff, size);
  }
  expect_partial(std::move(bytes), ErrorCode::malformed_input, 0, 0.1);
}

TEST_F(Damage, ALastPacketThatIsCutShortIsAnEarlyEnd) {
  const Words x264{"-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-c:a", "aac"};
  Words fragments = x264;
  fragments.insert(fragments.end(), {"-movflags", "frag_keyframe+empty_moov"});
  for (const auto& [name, words] : {std::pair{"f.mp4", fragments}, std::pair{"f.flv", x264}}) {
    SCOPED_TRACE(name);
    Bytes bytes = clip(name, words);
    bytes.resize(bytes.size() * 6 / 10);
    expect_partial(std::move(bytes), ErrorCode::truncated_input, 2, 4.5);
  }
}

TEST_F(Damage, AListOfPicturesThatAreNotThereIsAnEarlyEnd) {
  Bytes bytes = clip("c.avi", {"-c:v", "mpeg4", "-c:a", "libmp3lame"});
  bytes.resize(bytes.size() * 6 / 10);
  expect_partial(std::move(bytes), ErrorCode::truncated_input, 2, 4.5);
}

TEST_F(Damage, AGapInPictureAndSoundIsTold) {
  Bytes bytes =
      clip("c.flv", {"-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-c:a", "aac"});
  const auto pictures = packets("c.flv", "v:0");
  const auto from = static_cast<std::ptrdiff_t>(pictures.at(50).offset);
  const auto to = static_cast<std::ptrdiff_t>(pictures.at(100).offset);
  bytes.erase(bytes.begin() + from, bytes.begin() + to);
  expect_partial(std::move(bytes), ErrorCode::malformed_input, 1.8, 2.2);
}

TEST_F(Damage, AnEarlyEndIsSeenInTheSoundToo) {
  // One picture a second: a second of sound lies behind the last.
  Bytes bytes = clip("c.mp4", {"-r", "1", "-c:v", "libx264", "-bf", "0", "-c:a", "aac", "-movflags",
                               "+faststart"});
  const auto [offset, size] = packets("c.mp4", "v:0").at(5);
  bytes.resize(offset + size);
  expect_partial(std::move(bytes), ErrorCode::truncated_input, 4.5, 5.5);
}

TEST_F(Damage, ASoundOfAnUnknownKindIsMissed) {
  Bytes bytes = mp4();
  rename_first(bytes, "mp4a", "abcd");
  rename_first(bytes, "esds", "free");
  expect_partial(std::move(bytes), ErrorCode::unsupported_codec, 0, 0);
}

TEST_F(Damage, ASoundWithoutADescriptionIsMissed) {
  Bytes bytes = mp4();
  const ByteView smhd = as_bytes(std::string_view("smhd"));
  const auto sound = std::ranges::search(bytes, smhd);
  ASSERT_FALSE(sound.empty());
  const ByteView stsd = as_bytes(std::string_view("stsd"));
  const auto found = std::search(sound.begin(), bytes.end(), stsd.begin(), stsd.end());
  ASSERT_NE(found, bytes.end());
  std::memcpy(&*found, "free", 4);
  expect_partial(std::move(bytes), ErrorCode::malformed_input, 0, 0);
}

TEST_F(Damage, AnAnnouncedSoundOfWhichNothingComesIsMissed) {
  Bytes bytes = clip("c.ts", {"-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-c:a", "aac"});
  constexpr std::size_t kPacket = 188;
  Bytes without;
  for (std::size_t at = 0; at + kPacket <= bytes.size(); at += kPacket) {
    const auto high = std::to_integer<unsigned>(bytes[at + 1]) & 0x1fU;
    const unsigned pid = high << 8 | std::to_integer<unsigned>(bytes[at + 2]);
    if (pid == 0x101) continue;  // the sound's packets; the tables still name it
    without.insert(without.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                   bytes.begin() + static_cast<std::ptrdiff_t>(at + kPacket));
  }
  ASSERT_LT(without.size(), bytes.size());
  expect_partial(std::move(without), ErrorCode::malformed_input, 0, 0);
}

TEST_F(Damage, OfTheHeadersOfTheSoundIsRefused) {
  Bytes bytes = clip("c.mkv", {"-c:v", "libx264", "-preset", "veryfast", "-c:a", "libvorbis"});
  const ByteView setup = as_bytes(std::string_view("\x05vorbis"));
  const auto found = std::ranges::search(bytes, setup);
  ASSERT_FALSE(found.empty());
  std::memset(&*found.end(), 0xff, 200);
  MemorySource source(std::move(bytes));
  const auto info = mill::probe(source);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::malformed_input);
}

}  // namespace
}  // namespace vodmill::engine_test
