// A video with sounds in two languages.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "engine/clips.h"
#include "fakes/scratch_folder.h"
#include "worker/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;

constexpr Milliseconds kLong{180'000};  // five mills' work

class SeveralSoundsTest : public WorkerTest {
 protected:
  static Bytes clip(int seconds) {
    const ScratchFolder folder;
    const std::filesystem::path path = folder.path() / "clip.mkv";
    const std::string sound = engine_test::beeps(48'000, seconds);
    engine_test::make_clip({"-f",
                            "lavfi",
                            "-i",
                            engine_test::counter(320, 240, "25", seconds),
                            "-f",
                            "lavfi",
                            "-i",
                            sound,
                            "-map",
                            "0",
                            "-map",
                            "1",
                            "-map",
                            "1",
                            "-c:v",
                            "libx264",
                            "-preset",
                            "ultrafast",
                            "-g",
                            "50",
                            "-c:a",
                            "aac",
                            "-metadata:s:a:0",
                            "language=eng",
                            "-metadata:s:a:1",
                            "language=ger"},
                           path);
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
  }

  TaskState state_of_sound(const VideoId& id, int sound) {
    for (const Task& task : tasks_of(id)) {
      if (task.kind == TaskKind::audio && task.index == sound) return task.state;
    }
    ADD_FAILURE() << "no task for sound " << sound;
    return TaskState::failed;
  }
};

TEST_F(SeveralSoundsTest, PlayWithTheFirstAndCompleteWithAll) {
  start_worker(options(1));
  const VideoId id = upload_bytes(clip(12));
  ASSERT_TRUE(turn_until([&] { return video(id).playable; }));
  EXPECT_EQ(state_of_sound(id, 1), TaskState::waiting);
  ASSERT_EQ(wait_for_end(id, kLong).status, VideoStatus::completed);
  EXPECT_EQ(state_of_sound(id, 1), TaskState::completed);
  expect_whole(id);
  const auto objects = store_.objects();
  const std::string text(as_text(objects.at(id.str() + "/index.m3u8")));
  EXPECT_THAT(text, HasSubstr("NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,"
                              "CHANNELS=\"1\",URI=\"g1/a0-vod.m3u8\""));
  EXPECT_THAT(text, HasSubstr("NAME=\"German\",LANGUAGE=\"de\",DEFAULT=NO,AUTOSELECT=YES,"
                              "CHANNELS=\"1\",URI=\"g1/a1-vod.m3u8\""));
}

TEST_F(SeveralSoundsTest, AreGoneOnWithEachWhereItWasLeft) {
  worker::Worker& first = start_worker(options(2));
  const VideoId id = upload_bytes(clip(20));
  ASSERT_TRUE(turn_until([&] {
    const auto rows = must(wait_for(videos_.segments(id, 1, "a0")));
    return rows.size() > 2;
  }));
  stop(first);
  start_worker(options(2));
  ASSERT_EQ(wait_for_end(id, kLong).status, VideoStatus::completed);
  expect_whole(id);
}

}  // namespace
}  // namespace vodmill
