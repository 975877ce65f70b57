// Videos that wait for room, with real mills.
#include <algorithm>

#include "fakes/disk_space.h"
#include "worker/world.h"

namespace vodmill {
namespace {

TEST_F(WorkerTest, WaitsForRoomOnTheDiskAndSpendsNoAttempt) {
  FakeDisk disk(999);
  space_ = &disk;
  worker::WorkerOptions careful = options();
  careful.disk_floor = 1000;
  start_worker(careful);
  const VideoId id = upload(2);
  EXPECT_TRUE(turn_until([&] { return video(id).waiting_reason == "disk_full"; }));
  turn_for(Milliseconds(500));
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.state, TaskState::waiting);
  disk.room = 1000;
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  EXPECT_EQ(video(id).waiting_reason, "");
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
}

TEST_F(WorkerTest, RunsNoMoreMillsThanFitItsMemory) {
  worker::WorkerOptions small = options(2);
  small.memory_bytes = kSmallMillBytes + 1;
  start_worker(small);
  const std::vector<VideoId> videos{upload(30), upload(30)};
  const metrics::Gauge& mills =
      registry_.gauge("vodmill_mills_running", "Mills that do a task now.");
  double most = 0;
  bool has_waited = false;
  const auto all_ended = [&] {
    most = std::max(most, mills.value());
    return std::ranges::count_if(videos, [&](const VideoId& id) {
             const Video now = video(id);
             has_waited |= now.waiting_reason == "waiting_for_memory";
             return is_final(now.status);
           }) == std::ssize(videos);
  };
  ASSERT_TRUE(turn_until(all_ended));
  for (const VideoId& id : videos) EXPECT_EQ(video(id).status, VideoStatus::completed);
  EXPECT_TRUE(has_waited);
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace vodmill
