// What a video goes through when a store is away, a mill dies or the worker is stopped.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <map>

#include "base/json.h"
#include "worker/world.h"

namespace vodmill {
namespace {

class StoreAway : public WorkerTest, public testing::WithParamInterface<ErrorCode> {};

TEST_P(StoreAway, CostsTimeAndNothingElse) {
  start_worker();
  const VideoId id = upload(20);
  ASSERT_TRUE(turn_until([&] { return rows_of(id).size() >= 4; }));
  store_.fail_all(Error{GetParam(), "the store is away"});
  EXPECT_TRUE(turn_until([&] { return video(id).waiting_reason == error_code_name(GetParam()); }));
  turn_for(Milliseconds(3000));
  EXPECT_EQ(video(id).status, VideoStatus::processing);
  store_.fail_all(std::nullopt);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
  EXPECT_EQ(video(id).waiting_reason, "");
  expect_whole(id);
}

TEST_P(StoreAway, FromTheFirstByteOnCostsTimeAndNothingElse) {
  const VideoId id = upload(2);
  store_.fail_all(Error{GetParam(), "the store is away"});
  start_worker();
  EXPECT_TRUE(turn_until([&] { return video(id).waiting_reason == error_code_name(GetParam()); }));
  store_.fail_all(std::nullopt);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
}

INSTANTIATE_TEST_SUITE_P(WorkerTest, StoreAway,
                         testing::Values(ErrorCode::storage_unavailable, ErrorCode::disk_full));

// It stays for the worker to reap. A spare that were about to die would cost a second attempt.
void kill_and_see_it_dead(pid_t mill) {
  ::kill(mill, SIGKILL);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(mill), &ended, WEXITED | WNOWAIT);
}

TEST_F(WorkerTest, TriesASingleFailedPutAgain) {
  start_worker();
  for (int nth = 2; nth < 12; nth += 3) {
    store_.fail_call("put", nth, Error{ErrorCode::storage_unavailable, "503"});
  }
  const VideoId id = upload(4);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  expect_whole(id);
}

TEST_F(WorkerTest, SaysSoWhenTheSourceIsGone) {
  const VideoId id = upload(2);
  must(wait_for(store_.remove(BlobKey(id.str() + "/source"))));
  start_worker();
  const Video ended = wait_for_end(id);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, ErrorCode::fetch_failed);
}

TEST_F(WorkerTest, GoesOnBehindTheLastSegmentWhenAMillDies) {
  start_worker(options(1));
  const VideoId id = upload(60);
  // More of a chunk than the pictures before it that its next mill encodes again, and not all.
  const auto much_is_done = [&] {
    const std::vector<Task> tasks = tasks_of(id);
    const auto leased = std::ranges::find(tasks, TaskState::leased, &Task::state);
    if (leased == tasks.end() || leased->kind != TaskKind::chunk) return false;
    const Generation generation = must(wait_for(videos_.generation(id, 1)));
    const Chunk chunk = generation.plan->chunks.at(static_cast<std::size_t>(leased->index));
    const auto of_chunk = [&](const Segment& row) {
      return row.rendition == "v0" && row.index >= chunk.first_segment;
    };
    const auto count = std::ranges::count_if(rows_of(id), of_chunk);
    return count >= 2 && count <= chunk.end_segment - chunk.first_segment - 2;
  };
  ASSERT_TRUE(turn_until(much_is_done));
  for (const pid_t mill : running_mills()) kill_and_see_it_dead(mill);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  int attempts = 0;
  std::int64_t encoded = 0;
  for (const Task& task : tasks_of(id)) {
    attempts += task.attempts;
    if (task.kind != TaskKind::chunk) continue;
    encoded += parse_json(task.result)->as_object().at("encoded").as_int64();
  }
  EXPECT_EQ(attempts, 1);
  // What the last life of each task has encoded: not what was committed before.
  const Generation generation = must(wait_for(videos_.generation(id, 1)));
  const auto renditions = static_cast<std::int64_t>(generation.plan->ladder.size());
  const auto leads = 24 * renditions * std::ssize(generation.plan->chunks);
  EXPECT_LE(encoded, generation.plan->frames * renditions + leads);
  EXPECT_LT(encoded, generation.plan->frames * renditions);
  expect_whole(id);
}

class DyingMills : public WorkerTest {
 protected:
  void expect_failure(worker::WorkerOptions options, int signal, ErrorCode code);
};

// Each mill that works is sent the signal.
void DyingMills::expect_failure(worker::WorkerOptions options, int signal, ErrorCode code) {
  start_worker(std::move(options));
  const VideoId id = upload(60);
  // Of each task how far it was when it was last killed. Beyond that its mill is at work; one that
  // has not begun would cost no attempt.
  std::map<TaskId, std::int64_t> killed_at;
  const auto is_at_work = [&](const Task& task) {
    return task.state == TaskState::leased && task.kind != TaskKind::probe &&
           task.done > killed_at[task.id];
  };
  const auto kill_and_look = [&] {
    for (const Task& task : tasks_of(id)) {
      if (!is_at_work(task)) continue;
      killed_at[task.id] = task.done;
      for (const pid_t mill : running_mills()) ::kill(mill, signal);
    }
    return is_final(video(id).status);
  };
  ASSERT_TRUE(turn_until(kill_and_look));
  const Video ended = video(id);
  EXPECT_EQ(ended.status, VideoStatus::failed);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, code);
  const std::vector<Task> tasks = tasks_of(id);
  const auto failed = std::ranges::find(tasks, TaskState::failed, &Task::state);
  ASSERT_NE(failed, tasks.end());
  EXPECT_EQ(failed->attempts, kMaxAttempts);
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
}

TEST_F(DyingMills, OfACrashFailTheVideo) {
  worker::WorkerOptions bare = options(1);
  // The init process of a pid namespace does not die of it.
  for (const sandbox::Layer layer : sandbox::all_layers()) {
    if (sandbox::is_namespace(layer)) bare.lockdown.off.insert(layer);
  }
  bare.child.off = bare.lockdown.off;
  bare.child.arguments.back() = json::serialize(to_json(bare.lockdown));
  expect_failure(bare, SIGSEGV, ErrorCode::transcode_failed);
}

TEST_F(DyingMills, ThatTheKernelKillsSayThatMemoryRanOut) {
  expect_failure(options(1), SIGKILL, ErrorCode::out_of_memory);
}

TEST_F(WorkerTest, EndsMillsThatNeedMoreMemoryThanTheyMayHave) {
  worker::WorkerOptions little = options(1);
  little.mill_bytes = 1 << 20;
  start_worker(little);
  const VideoId id = upload(30, 720);  // work of seconds: mills are looked at twice a second
  const Video ended = wait_for_end(id);
  EXPECT_EQ(ended.status, VideoStatus::failed);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, ErrorCode::out_of_memory);
  const std::vector<Task> tasks = tasks_of(id);
  const auto failed = std::ranges::find(tasks, TaskState::failed, &Task::state);
  ASSERT_NE(failed, tasks.end());
  EXPECT_EQ(failed->attempts, kMaxAttempts);
}

bool has_begun(pid_t mill) {
  std::ifstream arguments("/proc/" + std::to_string(mill) + "/cmdline");
  std::string program;
  return std::getline(arguments, program, '\0') && program == "vodmill";
}

TEST_F(WorkerTest, EndsMillsThatStandStillAndGoesOn) {
  worker::WorkerOptions impatient = options(1);
  impatient.stall = Milliseconds(1000);
  start_worker(impatient);
  const VideoId id = upload(60);
  // Every one, as soon as it may have begun to encode.
  const auto stop_and_look = [&] {
    if (tasks_of(id).size() > 1) {
      for (const pid_t mill : running_mills()) {
        if (has_begun(mill)) ::kill(mill, SIGSTOP);
      }
    }
    return is_final(video(id).status);
  };
  ASSERT_TRUE(turn_until(stop_and_look));
  const Video ended = video(id);
  EXPECT_EQ(ended.status, VideoStatus::failed);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, ErrorCode::transcode_stalled);
  for (const pid_t mill : running_mills()) ::kill(mill, SIGCONT);
  EXPECT_EQ(wait_for_end(upload(2)).status, VideoStatus::completed);
}

TEST_F(WorkerTest, SaysThatATaskWhoseMillDiedIsTriedAgainLater) {
  bool holds = true;
  store_.before = [&](std::string_view operation, const BlobKey&) -> asio::awaitable<void> {
    while (holds && operation == "read") {
      asio::steady_timer timer(context_, Milliseconds(10));
      co_await timer.async_wait(asio::use_awaitable);
    }
  };
  worker::WorkerOptions patient = options(1);
  patient.crash_delay = Milliseconds(3000);
  start_worker(patient);
  const VideoId id = upload(2);
  ASSERT_TRUE(turn_until([&] { return store_.calls("read") > 0; }));
  for (const pid_t mill : running_mills()) kill_and_see_it_dead(mill);
  holds = false;
  EXPECT_TRUE(turn_until([&] { return video(id).waiting_reason == "waiting_for_retry"; }));
  EXPECT_EQ(tasks_of(id).front().attempts, 1);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  EXPECT_EQ(video(id).waiting_reason, "");
}

TEST_F(WorkerTest, StopsAtOnceAndGivesBackWhatItHas) {
  worker::WorkerOptions seldom = options();
  seldom.heartbeat = Milliseconds(5000);
  worker::Worker& worker = start_worker(seldom);
  const VideoId id = upload(60);
  ASSERT_TRUE(turn_until([&] { return rows_of(id).size() >= 8; }));
  const auto before = std::chrono::steady_clock::now();
  stop(worker);
  EXPECT_LT(std::chrono::steady_clock::now() - before, Milliseconds(1500));
  EXPECT_TRUE(running_mills().empty());
  for (const Task& task : tasks_of(id)) {
    EXPECT_NE(task.state, TaskState::leased);
    EXPECT_EQ(task.attempts + task.losses, 0);
  }
  EXPECT_EQ(video(id).status, VideoStatus::processing);

  // The next one need not wait for a lease to run out.
  worker::WorkerOptions patient = options();
  patient.lease = Milliseconds(60'000);
  start_worker(patient);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
  expect_whole(id);
}

TEST_F(WorkerTest, StopsWhileTheStoreIsAway) {
  worker::Worker& worker = start_worker();
  const VideoId id = upload(20);
  ASSERT_TRUE(turn_until([&] { return rows_of(id).size() >= 4; }));
  store_.fail_all(Error{ErrorCode::storage_unavailable, "the store is away"});
  turn_for(Milliseconds(2000));
  const auto before = std::chrono::steady_clock::now();
  stop(worker);
  EXPECT_LT(std::chrono::steady_clock::now() - before, Milliseconds(1500));
  store_.fail_all(std::nullopt);
  start_worker();
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  expect_whole(id);
}

}  // namespace
}  // namespace vodmill
