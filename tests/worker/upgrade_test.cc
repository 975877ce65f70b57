// Videos that one engine has begun and another is there to go on with.
#include "core/event.h"
#include "worker/world.h"

namespace vodmill {
namespace {

class UpgradeTest : public WorkerTest {
 protected:
  // The mills are the same: only what the workers say of them differs.
  worker::WorkerOptions of_engine(std::string build) const {
    worker::WorkerOptions made = options();
    made.build = EngineBuild(std::move(build));
    return made;
  }

  // A video of which the old engine has made a part before its worker went.
  VideoId begin_with_old_engine() {
    worker::Worker& old = start_worker(of_engine("old"));
    const VideoId id = upload(20);
    EXPECT_TRUE(turn_until([&] { return rows_of(id).size() >= 4; }));
    stop(old);
    return id;
  }

  bool waits_for_engine(const VideoId& id) {
    return turn_until([&] { return video(id).waiting_reason == "waiting_for_engine"; });
  }

  JobState job_state(const std::string& id) {
    return must(wait_for(queue_.find(MessageId(id)))).value().state;
  }
};

TEST_F(UpgradeTest, AVideoIsBegunAnewWhenNoWorkerHasItsEngineAnyMore) {
  const VideoId id = begin_with_old_engine();
  worker::WorkerOptions upgraded = of_engine("new");
  upgraded.engine_grace = Milliseconds(3000);
  start_worker(upgraded);
  EXPECT_TRUE(waits_for_engine(id));
  EXPECT_EQ(video(id).generation, 1);
  const Video ended = wait_for_end(id);
  EXPECT_EQ(ended.status, VideoStatus::completed);
  EXPECT_EQ(ended.generation, 2);
  EXPECT_EQ(ended.waiting_reason, "");
  EXPECT_EQ(must(wait_for(videos_.generation(id, 2))).plan->build, EngineBuild("new"));
  for (const Task& task : tasks_of(id, 2)) EXPECT_EQ(task.attempts + task.losses, 0);
  const std::vector<std::string> events = events_of(id);
  EXPECT_EQ(std::ranges::count(events, event::kRetried), 1);
  EXPECT_TRUE(turn_until([&] {
    return job_state(id.str() + "-1") == JobState::failed &&
           job_state(id.str() + "-2") == JobState::completed;
  }));
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
  expect_whole(id, 2);
}

TEST_F(UpgradeTest, AVideoIsLeftToTheWorkersOfItsEngineThatComeBackInTime) {
  const VideoId id = begin_with_old_engine();
  start_worker(of_engine("new"));
  EXPECT_TRUE(waits_for_engine(id));
  start_worker(of_engine("old"));
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  EXPECT_EQ(video(id).generation, 1);
  expect_whole(id);
}

}  // namespace
}  // namespace vodmill
