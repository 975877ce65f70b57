// Two workers on one store, one of which is cut off from the catalog for longer than its lease.
#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "worker/world.h"

namespace vodmill {
namespace {

// A catalog that a worker cannot reach for a while.
class FarTasks final : public TaskCatalog {
 public:
  explicit FarTasks(TaskCatalog& below) : below_(below) {}
  bool away = false;

  Async<std::optional<LeasedTask>> lease(WorkerId worker, TaskWish wish) override {
    if (away) co_return far();
    auto leased = co_await below_.lease(std::move(worker), std::move(wish));
    co_return leased;
  }
  Async<> renew(TaskId id, Token token, Milliseconds length, std::int64_t done) override {
    if (away) co_return far();
    Result<> renewed = co_await below_.renew(std::move(id), token, length, done);
    co_return renewed;
  }
  Async<CommitOutcome> commit_segment(TaskId id, Token token, Segment segment) override {
    if (away) co_return far();
    auto outcome = co_await below_.commit_segment(std::move(id), token, std::move(segment));
    co_return outcome;
  }
  Async<> finish(TaskId id, Token token, std::string result) override {
    if (away) co_return far();
    Result<> done = co_await below_.finish(std::move(id), token, std::move(result));
    co_return done;
  }
  Async<> fail(TaskId id, Token token, Error error) override {
    if (away) co_return far();
    Result<> done = co_await below_.fail(std::move(id), token, std::move(error));
    co_return done;
  }
  Async<> crashed(TaskId id, Token token, Error error, Milliseconds delay) override {
    if (away) co_return far();
    Result<> done = co_await below_.crashed(std::move(id), token, std::move(error), delay);
    co_return done;
  }
  Async<> give_back(TaskId id, Token token, Milliseconds delay) override {
    if (away) co_return far();
    Result<> done = co_await below_.give_back(std::move(id), token, delay);
    co_return done;
  }
  Async<> bury(WorkerId worker) override {
    if (away) co_return far();
    Result<> done = co_await below_.bury(std::move(worker));
    co_return done;
  }

 private:
  static std::unexpected<Error> far() {
    return vodmill::fail(ErrorCode::storage_unavailable, "the catalog cannot be reached");
  }
  TaskCatalog& below_;
};

class FenceTest : public WorkerTest {
 protected:
  worker::WorkerOptions short_lease() const {
    worker::WorkerOptions short_lease = options(1);
    short_lease.lease = Milliseconds(3000);
    return short_lease;
  }

  worker::Worker& start_far_worker() {
    worker::Ports far{videos_, generations_,      far_tasks_, outbox_,      store_,
                      queue_,  database_->bell(), registry_,  worker_list_, stills_};
    workers_.push_back(
        std::make_unique<worker::Worker>(far, short_lease(), context_.get_executor()));
    workers_.back()->start();
    return *workers_.back();
  }

  FarTasks far_tasks_{tasks_};
};

TEST_F(FenceTest, AnotherTakesOverAndTheLoserLeavesNothing) {
  start_far_worker();
  const VideoId id = upload(60);
  ASSERT_TRUE(turn_until([&] { return rows_of(id).size() >= 8; }));
  std::set<std::string> before;
  for (const Segment& row : rows_of(id)) before.insert(row.key.str());
  far_tasks_.away = true;
  start_worker(short_lease());
  // Some of the loser's segments are in the store without a row.
  const auto another_works = [&] {
    return std::ranges::any_of(tasks_of(id), [](const Task& task) { return task.losses > 0; });
  };
  ASSERT_TRUE(turn_until(another_works));
  far_tasks_.away = false;
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts, 0);
  turn_for(Milliseconds(1000));
  expect_whole(id);
  EXPECT_EQ(std::ranges::count(events_of(id), "video.completed"), 1);
}

TEST_F(FenceTest, APutOfTheLoserThatIsLateIsRefusedAndRemoved) {
  bool hold = false;
  std::set<std::string> held;
  std::set<std::string> removed;
  store_.before = [&](std::string_view operation, const BlobKey& key) -> asio::awaitable<void> {
    if (operation == "remove") removed.insert(key.str());
    const bool is_late =
        hold && held.size() < 2 && operation == "put" && key.str().ends_with(".m4s");
    if (!is_late) co_return;
    held.insert(key.str());
    while (hold) {
      asio::steady_timer timer(context_, Milliseconds(20));
      co_await timer.async_wait(asio::use_awaitable);
    }
  };
  start_far_worker();
  const VideoId id = upload(60);
  ASSERT_TRUE(turn_until([&] { return rows_of(id).size() >= 8; }));
  hold = true;
  ASSERT_TRUE(turn_until([&] { return held.size() == 2; }));
  far_tasks_.away = true;
  start_worker(short_lease());
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  far_tasks_.away = false;
  hold = false;
  ASSERT_TRUE(turn_until([&] { return std::ranges::includes(removed, held); }));
  turn_for(Milliseconds(500));
  for (const std::string& key : held) EXPECT_FALSE(store_.objects().contains(key)) << key;
  expect_whole(id);
}

TEST_F(FenceTest, ACatalogThatIsAwayCostsNoAttempt) {
  start_far_worker();
  const VideoId id = upload(20);
  ASSERT_TRUE(turn_until([&] { return rows_of(id).size() >= 4; }));
  far_tasks_.away = true;
  turn_for(Milliseconds(5000));
  EXPECT_LE(running_mills().size(), 1U) << "a mill without a lease still works";
  far_tasks_.away = false;
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  for (const Task& task : tasks_of(id)) EXPECT_EQ(task.attempts + task.losses, 0);
  expect_whole(id);
}

TEST_F(FenceTest, TwoWorkersShareAVideo) {
  start_worker(short_lease());
  start_worker(short_lease());
  const VideoId id = upload(60);
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  expect_whole(id);
  EXPECT_EQ(std::ranges::count(events_of(id), "video.completed"), 1);
}

}  // namespace
}  // namespace vodmill
