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
  worker::WorkerOptions small = options(8);  // so that there is never a lack of these
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

class SlotsTest : public WorkerTest {
 protected:
  const Task* find(const std::vector<Task>& tasks, TaskKind kind, int index) const {
    const auto found = std::ranges::find_if(
        tasks, [&](const Task& task) { return task.kind == kind && task.index == index; });
    return found == tasks.end() ? nullptr : &*found;
  }
  bool is(const VideoId& id, TaskKind kind, int index, TaskState state) {
    const std::vector<Task> tasks = tasks_of(id);
    const Task* task = find(tasks, kind, index);
    return task != nullptr && task->state == state;
  }

  const metrics::Gauge& mills_ =
      registry_.gauge("vodmill_mills_running", "Mills that do a task now.");
  const metrics::Gauge& busy_ = registry_.gauge("vodmill_mill_slots_busy", "");
};

TEST_F(SlotsTest, AreTheCoresThatMillsKeepBusy) {
  start_worker(options(4));
  const VideoId id = upload(30);
  double most_mills = 0;
  double most_busy = 0;
  ASSERT_TRUE(turn_until([&] {
    most_mills = std::max(most_mills, mills_.value());
    most_busy = std::max(most_busy, busy_.value());
    return is_final(video(id).status);
  }));
  EXPECT_EQ(video(id).status, VideoStatus::completed);
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.cores, task.kind == TaskKind::chunk ? 2 : 1);
  EXPECT_EQ(most_busy, 4) << "two chunks at a time, or one and the sound";
  EXPECT_LE(most_mills, 2);
  EXPECT_EQ(busy_.value(), 0);
}

TEST_F(SlotsTest, TakeTheFirstChunkAndTheSoundBesideItAtOnce) {
  start_worker(options(2));
  const VideoId id = upload(30, 720);
  EXPECT_TRUE(turn_until([&] {
    return mills_.value() == 2 && is(id, TaskKind::chunk, 0, TaskState::leased) &&
           is(id, TaskKind::audio, 0, TaskState::leased);
  }));
  EXPECT_EQ(busy_.value(), 3);
}

TEST_F(SlotsTest, ThatALongChunkHasDoNotKeepAnUploadFromPlaying) {
  start_worker(options(2));
  const VideoId slow = upload(30, 720);
  ASSERT_TRUE(turn_until([&] {
    return is(slow, TaskKind::audio, 0, TaskState::completed) &&
           is(slow, TaskKind::chunk, 1, TaskState::leased);
  }));
  const VideoId quick = upload(1);
  EXPECT_EQ(wait_for_end(quick).status, VideoStatus::completed);
  EXPECT_TRUE(is(slow, TaskKind::chunk, 1, TaskState::leased));
  EXPECT_EQ(mills_.value(), 1);
}

TEST_F(SlotsTest, AreWaitedForByWhatIsNotUrgent) {
  start_worker(options(2));
  const VideoId slow = upload(30, 720);
  ASSERT_TRUE(turn_until([&] { return is(slow, TaskKind::chunk, 1, TaskState::leased); }));
  const VideoId next = upload(8);
  EXPECT_TRUE(turn_until([&] {
    const Video now = video(next);
    return now.playable && now.waiting_reason == "waiting_for_slot";
  }));
  EXPECT_TRUE(is(next, TaskKind::chunk, 1, TaskState::waiting));
  EXPECT_TRUE(is(slow, TaskKind::chunk, 1, TaskState::leased));
}

}  // namespace
}  // namespace vodmill
