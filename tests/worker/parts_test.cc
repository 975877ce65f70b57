// The worker's small parts, each by itself.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <limits>

#include "fakes/memory_store.h"
#include "fakes/run.h"
#include "worker/budget.h"
#include "worker/coordinator.h"
#include "worker/mill_outcome.h"
#include "worker/notice.h"
#include "worker/nursery.h"
#include "worker/range_cache.h"
#include "worker/watched_store.h"

namespace vodmill::worker {
namespace {

using Rooms = std::vector<Budget::Room>;

class PartsTest : public testing::Test {
 protected:
  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(context_, std::move(work), asio::detached);
  }
  // All that can go on without time passing.
  void settle() {
    context_.restart();
    context_.poll();
  }
  asio::any_io_executor executor() { return context_.get_executor(); }

  asio::io_context context_{1};
};

class BudgetTest : public PartsTest {
 protected:
  asio::awaitable<void> take(std::int64_t bytes) {
    Budget::Room room = co_await budget_.take(bytes, unwanted_);
    order_.push_back(bytes);
    rooms_.push_back(std::move(room));
  }

  Budget budget_{context_.get_executor(), 100};
  bool unwanted_ = false;
  Rooms rooms_;
  std::vector<std::int64_t> order_;
};

TEST_F(BudgetTest, MakesWaitWhatDoesNotFit) {
  spawn(take(60));
  spawn(take(50));
  settle();
  EXPECT_EQ(budget_.taken(), 60);
  EXPECT_EQ(budget_.waiting(), 1U);
  rooms_.clear();
  settle();
  EXPECT_EQ(budget_.taken(), 50);
  EXPECT_EQ(budget_.waiting(), 0U);
}

TEST_F(BudgetTest, ServesWhoCameFirstAlthoughALaterOneWouldFit) {
  spawn(take(60));
  spawn(take(90));
  spawn(take(10));
  settle();
  EXPECT_EQ(order_, (std::vector<std::int64_t>{60}));
  rooms_.clear();
  settle();
  EXPECT_EQ(order_, (std::vector<std::int64_t>{60, 90, 10}));
}

TEST_F(BudgetTest, CountsMoreThanTheWholeAsTheWhole) {
  spawn(take(1000));
  settle();
  EXPECT_EQ(budget_.taken(), 100);
  rooms_.clear();
  EXPECT_EQ(budget_.taken(), 0);
}

TEST_F(BudgetTest, SendsThoseAwayWhoDoNotWantItAnyMore) {
  spawn(take(100));
  spawn(take(10));
  spawn(take(20));
  settle();
  unwanted_ = true;
  budget_.look_again();
  settle();
  EXPECT_EQ(budget_.waiting(), 0U);
  EXPECT_EQ(budget_.taken(), 100);
}

class NoticeTest : public PartsTest {
 protected:
  asio::awaitable<void> wait() {
    co_await notice_.wait();
    ++woken_;
  }

  Notice notice_{context_.get_executor()};
  int woken_ = 0;
};

TEST_F(NoticeTest, WakesAllWhoWaitAndNobodyWaitsAfterwards) {
  spawn(wait());
  spawn(wait());
  settle();
  EXPECT_EQ(woken_, 0);
  notice_.give();
  settle();
  EXPECT_EQ(woken_, 2);
  spawn(wait());
  settle();
  EXPECT_EQ(woken_, 3);
}

TEST_F(NoticeTest, IsWaitedForNoLongerThanWasAskedFor) {
  spawn(notice_.wait(Milliseconds(1)));
  context_.run();
  EXPECT_FALSE(notice_.given());
}

TEST_F(NoticeTest, EndsANurserysWorkThatIsThenJoined) {
  Nursery nursery(executor());
  nursery.spawn(wait());
  nursery.spawn(wait());
  bool joined = false;
  asio::co_spawn(context_, nursery.join(), [&](std::exception_ptr) { joined = true; });
  settle();
  EXPECT_EQ(nursery.running(), 2U);
  EXPECT_FALSE(joined);
  notice_.give();
  settle();
  EXPECT_EQ(nursery.running(), 0U);
  EXPECT_TRUE(joined);
}

constexpr std::int64_t kBlock = 4 << 20;

class RangeCacheTest : public PartsTest {
 protected:
  RangeCacheTest() {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<std::byte>(i * 7 / 3);
    Bytes first(bytes_.begin(), bytes_.begin() + kBlock + 10);
    Bytes second(bytes_.begin() + kBlock + 10, bytes_.end());
    EXPECT_TRUE(run(store_.put(BlobKey("v/first"), std::move(first))));
    EXPECT_TRUE(run(store_.put(BlobKey("v/second"), std::move(second))));
    source_.extents = {{0, kBlock + 10, BlobKey("v/first")},
                       {kBlock + 10, std::ssize(bytes_) - kBlock - 10, BlobKey("v/second")}};
    source_.length = std::ssize(bytes_);
  }

  Bytes read(std::int64_t offset, std::int64_t length) {
    context_.restart();
    Result<Bytes> answer;
    asio::co_spawn(context_, cache_.read(task_, source_, offset, length),
                   [&](std::exception_ptr, Result<Bytes> bytes) { answer = std::move(bytes); });
    context_.run();
    EXPECT_TRUE(answer) << answer.error().message;
    return answer.value_or(Bytes());
  }

  Bytes bytes_ = Bytes(static_cast<std::size_t>(3 * kBlock));
  MemoryStore store_;
  Task task_;
  Source source_;
  RangeCache cache_{context_.get_executor(), store_, 2 * kBlock + 100};
};

TEST_F(RangeCacheTest, GivesEveryByteAcrossBlocksAndExtents) {
  Bytes all;
  while (std::ssize(all) < std::ssize(bytes_)) {
    const Bytes more = read(std::ssize(all), 3'000'000);
    ASSERT_FALSE(more.empty());
    append(all, more);
  }
  EXPECT_EQ(all, bytes_);
  EXPECT_TRUE(read(std::ssize(bytes_), 10).empty());
  EXPECT_TRUE(read(std::numeric_limits<std::int64_t>::max() - 100, 10).empty());
}

TEST_F(RangeCacheTest, ReadsABlockOnceForManyWhoAskAtTheSameTime) {
  Nursery nursery(executor());
  int answers = 0;
  for (int i = 0; i < 5; ++i) {
    asio::co_spawn(context_, cache_.read(task_, source_, std::int64_t{1000} * i, 500),
                   [&](std::exception_ptr, Result<Bytes> bytes) { answers += bytes ? 1 : 0; });
  }
  context_.run();
  EXPECT_EQ(answers, 5);
  EXPECT_EQ(store_.calls("read"), 1);
}

TEST_F(RangeCacheTest, ForgetsTheBlockThatWasNotUsedForLongest) {
  read(0, 1);
  read(kBlock, 1);       // the first extent's short second block
  read(kBlock + 10, 1);  // the second extent's
  read(0, 1);            // still there, and now the newest
  EXPECT_EQ(store_.calls("read"), 3);
  read(2 * kBlock + 10, 1);  // makes room for itself
  read(0, 1);
  EXPECT_EQ(store_.calls("read"), 4);
  read(kBlock + 10, 1);
  EXPECT_EQ(store_.calls("read"), 5);
}

TEST_F(RangeCacheTest, GivesNoVideoAndNoGenerationTheBytesThatAKeyHadForAnother) {
  const Bytes before = read(0, 10);
  EXPECT_TRUE(run(store_.put(BlobKey("v/first"), Bytes(kBlock + 10))));
  EXPECT_EQ(read(0, 10), before);
  task_.generation = 2;
  EXPECT_EQ(read(0, 10), Bytes(10));
  EXPECT_TRUE(
      run(store_.put(BlobKey("v/first"), Bytes(bytes_.begin(), bytes_.begin() + kBlock + 10))));
  task_.video = VideoId("another");
  EXPECT_EQ(read(0, 10), before);
}

TEST_F(RangeCacheTest, AsksAgainAfterAnError) {
  store_.fail_call("read", 1, Error{ErrorCode::storage_unavailable, "503"});
  Result<Bytes> answer;
  asio::co_spawn(context_, cache_.read(task_, source_, 0, 10),
                 [&](std::exception_ptr, Result<Bytes> bytes) { answer = std::move(bytes); });
  context_.run();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::storage_unavailable);
  EXPECT_EQ(read(0, 10).size(), 10U);
}

TEST(WatchedStore, RemembersThatTheStoreIsAwayUntilItAnswersAgain) {
  MemoryStore below;
  WatchedStore store(below);
  EXPECT_TRUE(run(store.put(BlobKey("a"), Bytes(1))));
  EXPECT_EQ(store.trouble(), "");
  below.fail_call("put", 1, Error{ErrorCode::disk_full, "The disk is full."});
  EXPECT_FALSE(run(store.put(BlobKey("b"), Bytes(1))));
  EXPECT_TRUE(run(store.read(BlobKey("a"), 0, 1)));
  EXPECT_EQ(store.trouble(), "disk_full");
  EXPECT_TRUE(run(store.put(BlobKey("b"), Bytes(1))));
  EXPECT_EQ(store.trouble(), "");
}

Task task(TaskState state, std::int64_t cost, std::int64_t done) {
  Task made;
  made.state = state;
  made.cost = cost;
  made.done = done;
  return made;
}

TEST(MillOutcome, AMillMayJudgeTheVideoAndNothingOfOurs) {
  EXPECT_TRUE(may_be_said_of_a_video(ErrorCode::not_a_video));
  EXPECT_TRUE(may_be_said_of_a_video(ErrorCode::transcode_failed));
  EXPECT_TRUE(may_be_said_of_a_video(ErrorCode::internal_error));
  for (const ErrorCode ours :
       {ErrorCode::cancelled, ErrorCode::worker_lost, ErrorCode::invalid_request,
        ErrorCode::not_found, ErrorCode::conflict, ErrorCode::gone, ErrorCode::lease_lost,
        ErrorCode::rate_limited, ErrorCode::storage_unavailable, ErrorCode::disk_full}) {
    EXPECT_FALSE(may_be_said_of_a_video(ours)) << error_code_name(ours);
  }
}

TEST(PercentDone, IsNeverAHundred) {
  EXPECT_EQ(percent_done({}), 0);
  EXPECT_EQ(percent_done({task(TaskState::completed, 0, 0)}), 0);
  EXPECT_EQ(percent_done({task(TaskState::completed, 100, 3)}), 99);
  EXPECT_EQ(percent_done({task(TaskState::leased, 100, 50)}), 49);
}

TEST(PercentDone, DoesNotBelieveAMillThatSaysMoreThanItCosts) {
  EXPECT_EQ(
      percent_done({task(TaskState::leased, 100, 1'000'000), task(TaskState::waiting, 100, 0)}),
      49);
}

TEST(PercentDone, HoldsForCostsWhoseProductWouldOverflow) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
  EXPECT_EQ(percent_done({task(TaskState::leased, kMost, kMost / 2)}), 49);
}

Plan small_plan() {
  Plan plan;
  plan.build = EngineBuild("build");
  plan.fps = {25, 1};
  plan.frames = 400;
  plan.boundaries = {0, 50, 200, 350, 400};
  plan.chunks = {{0, 1}, {1, 4}};
  plan.ladder = {{.name = "v0", .width = 640, .height = 360},
                 {.name = "v1", .width = 320, .height = 180}};
  return plan;
}

TEST(TasksOf, AreAChunkEachWithItsCostInPixels) {
  const std::vector<NewTask> tasks = tasks_of(SourceInfo{}, small_plan());
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].urgency, 0);
  EXPECT_EQ(tasks[1].urgency, 1);
  EXPECT_EQ(tasks[0].cost, 50 * (640 * 360 + 320 * 180));
  EXPECT_EQ(tasks[1].cost, 350 * (640 * 360 + 320 * 180));
  EXPECT_EQ(tasks[1].build, EngineBuild("build"));
  EXPECT_EQ(tasks[1].memory, mill_memory(SourceInfo{}, small_plan()));
}

TEST(TasksOf, CountTheSoundInItsFrames) {
  Plan plan = small_plan();
  plan.sounds.resize(2);
  plan.sounds[0].boundaries = {0, 94, 375, 656, 750};
  plan.sounds[1].boundaries = {0, 86, 345, 603, 690};
  const std::vector<NewTask> tasks = tasks_of(SourceInfo{}, plan);
  ASSERT_EQ(tasks.size(), 4U);
  EXPECT_EQ(tasks[2].kind, TaskKind::audio);
  EXPECT_EQ(tasks[2].index, 0);
  EXPECT_EQ(tasks[2].urgency, 0);
  EXPECT_EQ(tasks[2].cost, 750);
  EXPECT_EQ(tasks[2].memory, kSmallMillBytes);
  EXPECT_EQ(tasks[3].kind, TaskKind::audio);
  EXPECT_EQ(tasks[3].index, 1);
  EXPECT_EQ(tasks[3].urgency, 1) << "whoever plays early hears the first";
  EXPECT_EQ(tasks[3].cost, 690);
}

}  // namespace
}  // namespace vodmill::worker
