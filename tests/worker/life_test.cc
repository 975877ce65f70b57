// What a video goes through when nothing goes wrong.
#include <algorithm>
#include <boost/asio/use_awaitable.hpp>

#include "base/json.h"
#include "core/event.h"
#include "fakes/prometheus_text.h"
#include "worker/world.h"

namespace vodmill {
namespace {

bool is_segment(const BlobKey& key) { return key.str().ends_with(".m4s"); }

TEST_F(WorkerTest, TakesAVideoFromCreatedOverPlayableToCompleted) {
  start_worker();
  const VideoId id = upload(12);
  int progress = 0;
  for (Video now = video(id);; now = video(id)) {
    EXPECT_GE(now.progress, progress);
    EXPECT_EQ(now.progress == 100, now.status == VideoStatus::completed);
    EXPECT_NE(now.status, VideoStatus::failed);
    progress = now.progress;
    if (is_final(now.status)) break;
    turn_for(Milliseconds(10));
  }
  const std::vector<std::string> expected{
      std::string(event::kCreated), std::string(event::kProcessing), std::string(event::kPlanned),
      std::string(event::kPlayable), std::string(event::kCompleted)};
  EXPECT_EQ(events_of(id), expected);
  EXPECT_DOUBLE_EQ(video(id).duration_seconds.value_or(0), 12);
  expect_whole(id);
}

TEST_F(WorkerTest, CountsItsWork) {
  start_worker(options(2));
  const VideoId id = upload(8);
  ASSERT_EQ(wait_for_end(id).status, VideoStatus::completed);
  wait_for_end(upload_bytes(Bytes(1000)));
  const PrometheusText text(metrics::to_text(registry_.families()));
  const auto outcomes = [&](const std::string& labels) {
    return text.value("vodmill_mill_outcomes_total{" + labels + "}");
  };
  EXPECT_EQ(text.value("vodmill_mill_slots"), 2);
  EXPECT_EQ(text.value("vodmill_mill_slots_busy"), 0);
  EXPECT_EQ(text.value("vodmill_mills_running"), 0);
  EXPECT_EQ(outcomes("kind=\"probe\",outcome=\"ok\",code=\"\""), 1);
  EXPECT_EQ(outcomes("kind=\"audio\",outcome=\"ok\",code=\"\""), 1);
  EXPECT_EQ(outcomes("kind=\"probe\",outcome=\"failed\",code=\"not_a_video\""), 1);
  const std::vector<Segment> rows = rows_of(id);
  std::int64_t bytes = 0;
  for (const Segment& row : rows) bytes += row.bytes;
  EXPECT_EQ(text.value("vodmill_segments_committed_total"), static_cast<double>(rows.size()));
  EXPECT_EQ(text.value("vodmill_segment_bytes_committed_total"), static_cast<double>(bytes));
  EXPECT_EQ(text.value("vodmill_segments_lost_total"), 0);
  EXPECT_GE(text.value("vodmill_frames_encoded_total"), 8 * 25);
  EXPECT_GT(text.value("vodmill_mill_cpu_seconds_total{kind=\"chunk\"}"), 0);
  const auto stage = [&](const std::string& name, const std::string& rendition) {
    return text.value("vodmill_mill_stage_cpu_seconds_total{stage=\"" + name + "\",rendition=\"" +
                      rendition + "\"}");
  };
  EXPECT_GT(stage("decode", ""), 0);
  EXPECT_GT(stage("encode", "v0"), 0);
  EXPECT_GT(stage("sound", ""), 0);
}

TEST_F(WorkerTest, MakesEveryFrameOnce) {
  start_worker();
  const VideoId id = upload(12);
  ASSERT_EQ(wait_for_end(id).status, VideoStatus::completed);
  std::map<std::string, std::int64_t> frames;
  for (const Segment& row : rows_of(id)) frames[row.rendition] += row.samples;
  EXPECT_EQ(frames["v0"], 300);
  EXPECT_EQ(frames["v1"], 300);
}

TEST_F(WorkerTest, BeginsAtOnceWithAVideoThatComesWhileItIsIdle) {
  start_worker();
  turn_until([] { return !running_mills().empty(); });
  make_clip(1);
  turn_for(Milliseconds(1500));
  const auto before = std::chrono::steady_clock::now();
  const VideoId id = upload(1);
  ASSERT_TRUE(turn_until([&] { return video(id).status == VideoStatus::processing; }));
  ASSERT_TRUE(turn_until(
      [&] { return tasks_of(id).front().state == TaskState::leased || tasks_of(id).size() > 1; }));
  EXPECT_LT(std::chrono::steady_clock::now() - before, Milliseconds(2000));
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
}

TEST_F(WorkerTest, SettlesTheJobAtTheEnd) {
  start_worker();
  const VideoId id = upload(2);
  ASSERT_EQ(wait_for_end(id).status, VideoStatus::completed);
  const auto settled = [&] {
    const auto job = must(wait_for(queue_.find(MessageId(id.str() + "-1"))));
    return job && job->state == JobState::completed && job->progress == 100 &&
           job->result.contains("completed");
  };
  EXPECT_TRUE(turn_until(settled));
}

TEST_F(WorkerTest, WorksOnSeveralVideosAtATime) {
  start_worker();
  std::vector<VideoId> videos;
  for (int i = 0; i < 5; ++i) videos.push_back(upload(3));
  for (const VideoId& id : videos) {
    EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
    expect_whole(id);
  }
}

TEST_F(WorkerTest, HoldsNoMoreJobsThanItMayWhileOthersWait) {
  worker::WorkerOptions few = options(1);
  few.active = 2;
  start_worker(few);
  std::vector<VideoId> videos;
  for (int i = 0; i < 6; ++i) videos.push_back(upload(3));
  bool all_ended = false;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!all_ended && std::chrono::steady_clock::now() < deadline) {
    all_ended =
        std::ranges::all_of(videos, [&](const VideoId& id) { return is_final(video(id).status); });
    EXPECT_LE(must(wait_for(queue_.counts())).active, 2);
    turn_for(Milliseconds(50));
  }
  EXPECT_TRUE(all_ended);
}

TEST_F(WorkerTest, RefusesWhatIsNoVideo) {
  start_worker();
  const VideoId id = upload_bytes(Bytes(20'000, std::byte('x')));
  const Video ended = wait_for_end(id);
  EXPECT_EQ(ended.status, VideoStatus::failed);
  ASSERT_TRUE(ended.error);
  EXPECT_EQ(ended.error->code, ErrorCode::not_a_video);
  EXPECT_EQ(tasks_of(id).front().attempts, 0);
}

TEST_F(WorkerTest, StoresSeveralSegmentsAtATimeWhileEncodingGoesOn) {
  int now = 0;
  int most = 0;
  store_.before = [&](std::string_view operation, const BlobKey& key) -> asio::awaitable<void> {
    if (operation != "put" || !is_segment(key)) co_return;
    most = std::max(most, ++now);
    asio::steady_timer timer(context_, Milliseconds(500));
    co_await timer.async_wait(asio::use_awaitable);
    --now;
  };
  start_worker();
  const VideoId id = upload(20);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  EXPECT_GE(most, 4);
  expect_whole(id);
}

// Puts that take half a second cost at most a tenth of the time: the last ones, not all of them.
TEST_F(WorkerTest, IsHardlySlowedDownByASlowStore) {
  Milliseconds delay{0};
  store_.before = [&](std::string_view operation, const BlobKey&) -> asio::awaitable<void> {
    if (operation != "put" || delay.count() == 0) co_return;
    asio::steady_timer timer(context_, delay);
    co_await timer.async_wait(asio::use_awaitable);
  };
  start_worker();
  const auto time_one = [&] {
    const VideoId id = upload(20);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  };
  const double fast = time_one();
  delay = Milliseconds(500);
  const double slow = time_one();
  RecordProperty("seconds_with_a_fast_store", std::to_string(fast));
  RecordProperty("seconds_with_a_slow_store", std::to_string(slow));
  // Dozens of segments one after the other would take far more than these: the end is four puts in
  // a row (source and last segment, media playlists, multivariant playlist).
  EXPECT_LT(slow, 1.5 * fast + 6) << "with a fast store: " << fast;
}

TEST_F(WorkerTest, LetsMillsWaitWhilePutsHangAndLosesNothing) {
  bool hang = true;
  store_.before = [&](std::string_view operation, const BlobKey& key) -> asio::awaitable<void> {
    while (hang && operation == "put" && is_segment(key)) {
      asio::steady_timer timer(context_, Milliseconds(20));
      co_await timer.async_wait(asio::use_awaitable);
    }
  };
  worker::WorkerOptions little = options();
  little.segment_bytes = 10'000;
  little.stall = Milliseconds(3000);  // a mill that waits for us is not one that hangs
  worker::Worker& worker = start_worker(little);
  const VideoId id = upload(20);
  std::int64_t most = 0;
  const auto a_mill_waits = [&] {
    most = std::max(most, worker.tasks().unsent().taken());
    return worker.tasks().unsent().waiting() > 0;
  };
  ASSERT_TRUE(turn_until(a_mill_waits));
  turn_for(Milliseconds(4500));
  EXPECT_TRUE(a_mill_waits());
  EXPECT_EQ(video(id).status, VideoStatus::processing);
  hang = false;
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  EXPECT_LE(most, little.segment_bytes);
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
  EXPECT_EQ(worker.tasks().unsent().taken(), 0);
  expect_whole(id);
}

}  // namespace
}  // namespace vodmill
