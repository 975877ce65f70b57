#include "conformance/job_queue.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <set>

#include "fakes/run.h"

namespace vodmill {
namespace {

constexpr Milliseconds kLock{30'000};
constexpr Milliseconds kLonger{30'001};

NewJob job_named(const std::string& name, int priority = 0, Milliseconds delay = Milliseconds(0)) {
  return {MessageId(name), VideoId("video-of-" + name), 1, priority, delay};
}

void add(JobQueue& queue, NewJob job) {
  const Result<> added = run(queue.add(std::move(job)));
  ASSERT_TRUE(added) << added.error().message;
}

std::optional<OfferedJob> acquire(JobQueue& queue, Milliseconds lock = kLock) {
  auto offered = run(queue.acquire(WorkerId("worker"), lock));
  if (!offered) {
    ADD_FAILURE() << offered.error().message;
    return std::nullopt;
  }
  return std::move(*offered);
}

// The id of the next job, "" if there is none.
std::string next(JobQueue& queue) {
  const auto offered = acquire(queue);
  return offered ? offered->job.id.str() : "";
}

Job found(JobQueue& queue, const std::string& name) {
  auto job = run(queue.find(MessageId(name)));
  if (!job || !*job) {
    ADD_FAILURE() << "did not find " << name;
    return {};
  }
  return std::move(**job);
}

void expect_lost(const Result<>& result) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::lease_lost) << result.error().message;
}

void expect_counts(JobQueue& queue, const JobCounts& expected) {
  const auto counts = run(queue.counts());
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->waiting, expected.waiting);
  EXPECT_EQ(counts->delayed, expected.delayed);
  EXPECT_EQ(counts->active, expected.active);
  EXPECT_EQ(counts->completed, expected.completed);
  EXPECT_EQ(counts->failed, expected.failed);
}

TEST_P(JobQueueConformance, HasAName) { EXPECT_FALSE(queue_->name().empty()); }

TEST_P(JobQueueConformance, OffersNothingWhenItIsEmpty) {
  EXPECT_EQ(next(*queue_), "");
  expect_counts(*queue_, {});
}

TEST_P(JobQueueConformance, OffersWhatWasAdded) {
  add(*queue_, {MessageId("m-1"), VideoId("v'1\""), 3, 7, Milliseconds(0)});
  const auto offered = acquire(*queue_);
  ASSERT_TRUE(offered);
  EXPECT_EQ(offered->job.id.str(), "m-1");
  EXPECT_EQ(offered->job.video.str(), "v'1\"");
  EXPECT_EQ(offered->job.generation, 3);
  EXPECT_EQ(offered->job.priority, 7);
  EXPECT_EQ(offered->job.attempts, 1);
  EXPECT_EQ(offered->job.state, JobState::active);
  EXPECT_FALSE(offered->lock.empty());
  EXPECT_EQ(next(*queue_), "");
}

TEST_P(JobQueueConformance, OffersInTheOrderOfAdding) {
  for (const char* name : {"c", "a", "d", "b"}) add(*queue_, job_named(name));
  for (const char* name : {"c", "a", "d", "b"}) EXPECT_EQ(next(*queue_), name);
}

TEST_P(JobQueueConformance, OffersTheLowerPriorityNumberFirst) {
  add(*queue_, job_named("late", 10));
  add(*queue_, job_named("soon", 2));
  add(*queue_, job_named("first", 0));
  add(*queue_, job_named("soon-too", 2));
  for (const char* name : {"first", "soon", "soon-too", "late"}) EXPECT_EQ(next(*queue_), name);
}

TEST_P(JobQueueConformance, OffersFirstForTheOwnerWithTheFewestJobsHeld) {
  const auto of = [](const char* owner, const char* name, int priority = 0) {
    NewJob job = job_named(name, priority);
    job.owner = owner;
    return job;
  };
  for (const char* name : {"g1", "g2", "g3"}) add(*queue_, of("greedy", name));
  add(*queue_, of("modest", "m1"));
  add(*queue_, of("modest", "m2", 5));
  for (const char* name : {"g1", "m1", "g2", "g3", "m2"}) EXPECT_EQ(next(*queue_), name);
}

TEST_P(JobQueueConformance, OffersADelayedJobWhenItsTimeHasCome) {
  add(*queue_, job_named("delayed", 0, Milliseconds(5000)));
  EXPECT_EQ(found(*queue_, "delayed").state, JobState::delayed);
  expect_counts(*queue_, {.delayed = 1});
  pass_(Milliseconds(4000));
  EXPECT_EQ(next(*queue_), "");
  pass_(Milliseconds(1001));
  EXPECT_EQ(next(*queue_), "delayed");
}

TEST_P(JobQueueConformance, LetsADelayedJobKeepItsPriority) {
  add(*queue_, job_named("now", 5));
  add(*queue_, job_named("urgent-later", 1, Milliseconds(5000)));
  pass_(Milliseconds(5001));
  EXPECT_EQ(next(*queue_), "urgent-later");
  EXPECT_EQ(next(*queue_), "now");
}

TEST_P(JobQueueConformance, KnowsAnIdThatIsAddedAgain) {
  add(*queue_, job_named("a", 3));
  add(*queue_, {MessageId("a"), VideoId("other"), 9, 0, Milliseconds(1000)});
  const Job job = found(*queue_, "a");
  EXPECT_EQ(job.video.str(), "video-of-a");
  EXPECT_EQ(job.generation, 1);
  EXPECT_EQ(job.priority, 3);
  expect_counts(*queue_, {.waiting = 1});
  const auto offered = acquire(*queue_);
  ASSERT_TRUE(offered);
  add(*queue_, job_named("a"));
  EXPECT_EQ(next(*queue_), "");
  ASSERT_TRUE(run(queue_->settle(MessageId("a"), offered->lock, true, "{}")));
  add(*queue_, job_named("a"));
  EXPECT_EQ(next(*queue_), "");
  expect_counts(*queue_, {.completed = 1});
}

TEST_P(JobQueueConformance, OffersAJobAgainAfterItsLockExpired) {
  add(*queue_, job_named("a"));
  const auto first = acquire(*queue_);
  ASSERT_TRUE(first);
  pass_(Milliseconds(29'000));
  EXPECT_EQ(next(*queue_), "");
  pass_(Milliseconds(1'001));
  const auto second = acquire(*queue_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->job.id.str(), "a");
  EXPECT_EQ(second->job.attempts, 2);
  EXPECT_NE(second->lock, first->lock);
}

TEST_P(JobQueueConformance, KeepsALockThatIsRenewed) {
  add(*queue_, job_named("a"));
  const auto offered = acquire(*queue_);
  ASSERT_TRUE(offered);
  for (int i = 1; i <= 3; ++i) {
    pass_(Milliseconds(20'000));
    const Result<> renewed = run(queue_->renew(MessageId("a"), offered->lock, kLock, i * 10));
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(next(*queue_), "");
    EXPECT_EQ(found(*queue_, "a").progress, i * 10);
    EXPECT_EQ(found(*queue_, "a").state, JobState::active);
  }
  pass_(kLonger);
  EXPECT_EQ(next(*queue_), "a");
}

TEST_P(JobQueueConformance, RefusesAnOldLock) {
  add(*queue_, job_named("a"));
  const auto old = acquire(*queue_);
  ASSERT_TRUE(old);
  pass_(kLonger);
  const auto current = acquire(*queue_);
  ASSERT_TRUE(current);
  const MessageId id("a");
  expect_lost(run(queue_->renew(id, old->lock, kLock, 99)));
  expect_lost(run(queue_->settle(id, old->lock, true, "{}")));
  expect_lost(run(queue_->settle(id, old->lock, false, "{}")));
  expect_lost(run(queue_->release(id, old->lock, Milliseconds(0))));
  EXPECT_EQ(found(*queue_, "a").state, JobState::active);
  EXPECT_EQ(found(*queue_, "a").progress, 0);
  EXPECT_TRUE(run(queue_->renew(id, current->lock, kLock, 1)));
  EXPECT_TRUE(run(queue_->settle(id, current->lock, true, "{}")));
}

TEST_P(JobQueueConformance, RefusesTheLockOfAnotherJob) {
  add(*queue_, job_named("a"));
  add(*queue_, job_named("b"));
  const auto a = acquire(*queue_);
  const auto b = acquire(*queue_);
  ASSERT_TRUE(a && b);
  expect_lost(run(queue_->renew(MessageId("b"), a->lock, kLock, 1)));
  expect_lost(run(queue_->settle(MessageId("a"), b->lock, true, "{}")));
  expect_lost(run(queue_->settle(MessageId("unknown"), b->lock, true, "{}")));
  expect_lost(run(queue_->release(MessageId("a"), "", Milliseconds(0))));
}

TEST_P(JobQueueConformance, SettlesAJobAsCompleted) {
  add(*queue_, job_named("a"));
  const auto offered = acquire(*queue_);
  ASSERT_TRUE(offered);
  ASSERT_TRUE(run(queue_->settle(MessageId("a"), offered->lock, true, R"({"url":"x"})")));
  const Job job = found(*queue_, "a");
  EXPECT_EQ(job.state, JobState::completed);
  EXPECT_EQ(job.result, R"({"url":"x"})");
  pass_(kLonger);
  EXPECT_EQ(next(*queue_), "");
  expect_lost(run(queue_->renew(MessageId("a"), offered->lock, kLock, 1)));
  expect_lost(run(queue_->settle(MessageId("a"), offered->lock, false, "{}")));
  expect_lost(run(queue_->release(MessageId("a"), offered->lock, Milliseconds(0))));
  expect_counts(*queue_, {.completed = 1});
}

TEST_P(JobQueueConformance, SettlesAJobAsFailedForGood) {
  add(*queue_, job_named("a"));
  const auto offered = acquire(*queue_);
  ASSERT_TRUE(offered);
  ASSERT_TRUE(run(queue_->settle(MessageId("a"), offered->lock, false, R"({"code":"x"})")));
  EXPECT_EQ(found(*queue_, "a").state, JobState::failed);
  EXPECT_EQ(found(*queue_, "a").result, R"({"code":"x"})");
  pass_(kLonger);
  EXPECT_EQ(next(*queue_), "");
  expect_counts(*queue_, {.failed = 1});
}

TEST_P(JobQueueConformance, OffersAReleasedJobAtOnce) {
  add(*queue_, job_named("a"));
  const auto offered = acquire(*queue_);
  ASSERT_TRUE(offered);
  ASSERT_TRUE(run(queue_->release(MessageId("a"), offered->lock, Milliseconds(0))));
  EXPECT_EQ(found(*queue_, "a").state, JobState::waiting);
  expect_lost(run(queue_->renew(MessageId("a"), offered->lock, kLock, 1)));
  const auto again = acquire(*queue_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->job.attempts, 2);
  EXPECT_NE(again->lock, offered->lock);
}

TEST_P(JobQueueConformance, OffersAJobReleasedWithADelayWhenItHasPassed) {
  add(*queue_, job_named("a"));
  const auto offered = acquire(*queue_);
  ASSERT_TRUE(offered);
  ASSERT_TRUE(run(queue_->release(MessageId("a"), offered->lock, Milliseconds(60'000))));
  EXPECT_EQ(found(*queue_, "a").state, JobState::delayed);
  pass_(kLonger);
  EXPECT_EQ(next(*queue_), "");
  pass_(kLonger);
  EXPECT_EQ(next(*queue_), "a");
}

TEST_P(JobQueueConformance, FindsNoJobThatWasNeverAdded) {
  const auto job = run(queue_->find(MessageId("never")));
  ASSERT_TRUE(job);
  EXPECT_FALSE(*job);
}

TEST_P(JobQueueConformance, CountsJobsByState) {
  for (const char* name : {"a", "b", "c", "d", "e"}) add(*queue_, job_named(name));
  add(*queue_, job_named("f", 0, Milliseconds(1000)));
  const auto a = acquire(*queue_);
  const auto b = acquire(*queue_);
  const auto c = acquire(*queue_);
  ASSERT_TRUE(a && b && c);
  ASSERT_TRUE(run(queue_->settle(a->job.id, a->lock, true, "{}")));
  ASSERT_TRUE(run(queue_->settle(b->job.id, b->lock, false, "{}")));
  expect_counts(*queue_, {.waiting = 2, .delayed = 1, .active = 1, .completed = 1, .failed = 1});
}

struct Taken {
  std::mutex mutex;
  std::multiset<std::string> ids;
};

asio::awaitable<void> take_all(JobQueue& queue, std::string worker, Taken& taken) {
  for (;;) {
    auto offered = co_await queue.acquire(WorkerId(worker), kLock);
    if (!offered || !*offered) co_return;
    const std::lock_guard hold(taken.mutex);
    taken.ids.insert((**offered).job.id.str());
  }
}

TEST_P(JobQueueConformance, OffersEachJobToOneOfManyWorkers) {
  constexpr int kJobs = 60;
  for (int i = 0; i < kJobs; ++i) add(*queue_, job_named(std::to_string(i)));
  Taken taken;
  asio::thread_pool threads(2);
  for (int i = 0; i < 6; ++i) {
    asio::co_spawn(threads, take_all(*queue_, "worker-" + std::to_string(i), taken),
                   [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
  }
  threads.join();
  EXPECT_EQ(taken.ids.size(), std::size_t{kJobs});
  EXPECT_EQ(std::set(taken.ids.begin(), taken.ids.end()).size(), std::size_t{kJobs});
}

}  // namespace
}  // namespace vodmill
