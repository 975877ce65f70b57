// Videos whose largest rendition is the source's own packets.
#include <signal.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "core/event.h"
#include "engine/clips.h"
#include "fakes/scratch_folder.h"
#include "worker/world.h"

namespace vodmill {
namespace {

class CopiedTest : public WorkerTest {
 protected:
  // A source that every player takes as it is, with sound.
  Bytes copyable(int seconds) {
    engine_test::make_clip({"-f",
                            "lavfi",
                            "-i",
                            engine_test::counter(640, 360, "25", seconds),
                            "-f",
                            "lavfi",
                            "-i",
                            engine_test::beeps(48000, seconds),
                            "-c:v",
                            "libx264",
                            "-preset",
                            "veryfast",
                            "-pix_fmt",
                            "yuv420p",
                            "-vf",
                            "setsar=1",
                            "-b:v",
                            "300k",
                            "-g",
                            "50",
                            "-sc_threshold",
                            "0",
                            "-colorspace",
                            "bt709",
                            "-color_trc",
                            "bt709",
                            "-color_primaries",
                            "bt709",
                            "-c:a",
                            "aac",
                            "-movflags",
                            "+faststart"},
                           path());
    std::ifstream file(path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
  }

  struct Packet {
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  // Of the picture at `frame`, in the order of decoding.
  Packet packet(std::size_t frame) const {
    std::istringstream numbers(
        engine_test::run({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                          "packet=pos,size", "-of", "default=nw=1:nk=1", path()}));
    Packet found;
    for (std::size_t n = 0; n <= frame; ++n) EXPECT_TRUE(numbers >> found.size >> found.offset);
    return found;
  }

  // Makes the picture at `frame` one that no decoder takes.
  void damage(Bytes& bytes, std::size_t frame) const {
    const auto [offset, size] = packet(frame);
    // The slice's header and the length before it stay: only a decoder sees the damage.
    for (std::size_t i = size / 4; i < size; ++i) {
      bytes.at(offset + i) = static_cast<std::byte>(i * 73 + 29);
    }
  }

  bool is_copied(const VideoId& id, int generation) {
    const auto found = must(wait_for(videos_.generation(id, generation)));
    EXPECT_TRUE(found.plan);
    return found.plan && found.plan->ladder.front().copied;
  }

  // The objects of the largest rendition, one after the other.
  Bytes top_of(const VideoId& id) {
    const std::map<std::string, Bytes> objects = store_.objects();
    std::map<int, BlobKey> keys;
    for (const Segment& row : rows_of(id)) {
      if (row.rendition == "v0") keys.emplace(row.index, row.key);
    }
    Bytes joined;
    for (const auto& [index, key] : keys) {
      const Bytes& bytes = objects.at(key.str());
      joined.insert(joined.end(), bytes.begin(), bytes.end());
    }
    return joined;
  }

  std::filesystem::path path() const { return folder_.path() / "clip.mp4"; }

  ScratchFolder folder_;
};

TEST_F(CopiedTest, ACopyIsTheSameThoughItsMillWasKilled) {
  const Bytes bytes = copyable(40);
  start_worker(options(1));
  const VideoId calm = upload_bytes(bytes);
  ASSERT_EQ(wait_for_end(calm).status, VideoStatus::completed);
  ASSERT_TRUE(is_copied(calm, 1));
  EXPECT_FALSE(video(calm).partial);

  const VideoId id = upload_bytes(bytes);
  ASSERT_TRUE(turn_until([&] { return rows_of(id).size() >= 8; }));
  for (const pid_t mill : running_mills()) ::kill(mill, SIGKILL);
  ASSERT_EQ(wait_for_end(id).status, VideoStatus::completed);
  int attempts = 0;
  for (const Task& task : tasks_of(id)) attempts += task.attempts;
  EXPECT_GE(attempts, 1);
  expect_whole(id);
  EXPECT_EQ(top_of(id), top_of(calm));
}

TEST_F(CopiedTest, DamagedPicturesAreNotCopiedToPlayers) {
  Bytes bytes = copyable(12);
  damage(bytes, 150);
  start_worker();
  const VideoId id = upload_bytes(bytes);
  const Video ended = wait_for_end(id);
  ASSERT_EQ(ended.status, VideoStatus::completed);
  EXPECT_EQ(ended.generation, 2);
  EXPECT_TRUE(is_copied(id, 1));
  EXPECT_FALSE(is_copied(id, 2));
  ASSERT_TRUE(ended.partial);
  EXPECT_EQ(ended.partial->reason, ErrorCode::malformed_input);
  EXPECT_NEAR(ended.partial->at_seconds, 6, 0.2);
  const std::vector<std::string> events = events_of(id);
  EXPECT_EQ(std::ranges::count(events, event::kRetried), 1);
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
  expect_whole(id, 2);
}

// Its index says nothing of it, and the probe of a large file does not see it.
TEST_F(CopiedTest, ALargeFileThatHidesParameterSetsIsBegunAnewWithoutACopy) {
  Bytes bytes = copyable(12);
  bytes.at(packet(155).offset + 4) = std::byte{0x67};
  constexpr std::uint32_t kFreeBytes = 16 << 20;
  append_be(bytes, kFreeBytes);
  append(bytes, as_bytes(std::string_view("free")));
  bytes.resize(bytes.size() + kFreeBytes - 8);
  start_worker();
  const VideoId id = upload_bytes(bytes);
  const Video ended = wait_for_end(id);
  ASSERT_EQ(ended.status, VideoStatus::completed);
  EXPECT_EQ(ended.generation, 2);
  EXPECT_TRUE(is_copied(id, 1));
  EXPECT_FALSE(is_copied(id, 2));
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
  expect_whole(id, 2);
}

}  // namespace
}  // namespace vodmill
