#include "queue/sql_queue.h"

#include "conformance/job_queue.h"
#include "db/open_sqlite.h"
#include "db/sqlite.h"
#include "fakes/run.h"
#include "fakes/scratch_folder.h"
#include "queue/schema.h"

namespace vodmill {
namespace {

std::unique_ptr<db::Database> open_database(const std::string& path, const Clock& clock) {
  const std::array schemas{queue::kSchema};
  auto database = db::open_sqlite(path, clock, schemas);
  if (!database) ADD_FAILURE() << database.error().message;
  return database ? std::move(*database) : nullptr;
}

struct SqlQueueHolder {
  ScratchFolder folder;
  ManualClock clock;
  std::unique_ptr<db::Database> database;
  std::unique_ptr<queue::SqlQueue> queue;
};

QueueUnderTest open_queue(bool in_memory) {
  auto held = std::make_shared<SqlQueueHolder>();
  const std::string path =
      in_memory ? std::string(db::kInMemory) : (held->folder.path() / "db").string();
  held->database = open_database(path, held->clock);
  if (!held->database) return {};
  held->queue = std::make_unique<queue::SqlQueue>(*held->database);
  return {{held, held->queue.get()},
          [&clock = held->clock](Milliseconds by) { clock.advance(by); }};
}

INSTANTIATE_TEST_SUITE_P(SqliteInMemory, JobQueueConformance,
                         testing::Values(OpenJobQueue([] { return open_queue(true); })));
INSTANTIATE_TEST_SUITE_P(SqliteFile, JobQueueConformance,
                         testing::Values(OpenJobQueue([] { return open_queue(false); })));

TEST(SqlQueue, KeepsItsJobsWhenTheDatabaseIsOpenedAgain) {
  const ScratchFolder folder;
  const ManualClock clock;
  const std::string path = folder.path() / "db";
  {
    const auto database = open_database(path, clock);
    queue::SqlQueue queue(*database);
    ASSERT_TRUE(run(queue.add({MessageId("a"), VideoId("v"), 2, 1, Milliseconds(0)})));
  }
  const auto database = open_database(path, clock);
  queue::SqlQueue queue(*database);
  const auto offered = run(queue.acquire(WorkerId("w"), Milliseconds(1000)));
  ASSERT_TRUE(offered && *offered);
  EXPECT_EQ((**offered).job.generation, 2);
}

TEST(SqlQueue, SharesItsJobsWithOtherProcesses) {
  const ScratchFolder folder;
  const ManualClock clock;
  const std::string path = folder.path() / "db";
  const auto first = open_database(path, clock);
  const auto second = open_database(path, clock);
  queue::SqlQueue here(*first);
  queue::SqlQueue there(*second);
  ASSERT_TRUE(run(here.add({MessageId("a"), VideoId("v"), 1, 0, Milliseconds(0)})));
  const auto offered = run(there.acquire(WorkerId("w"), Milliseconds(1000)));
  ASSERT_TRUE(offered && *offered);
  const auto again = run(here.acquire(WorkerId("w"), Milliseconds(1000)));
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
}

TEST(SqlQueue, LetsALapsedLockWorkUntilAnotherHasTheJob) {
  ManualClock clock;
  const auto database = open_database(std::string(db::kInMemory), clock);
  queue::SqlQueue queue(*database);
  ASSERT_TRUE(run(queue.add({MessageId("a"), VideoId("v"), 1, 0, Milliseconds(0)})));
  const auto offered = run(queue.acquire(WorkerId("w"), Milliseconds(1000)));
  ASSERT_TRUE(offered && *offered);
  clock.advance(Milliseconds(5000));
  EXPECT_TRUE(run(queue.renew(MessageId("a"), (**offered).lock, Milliseconds(1000), 5)));
  EXPECT_FALSE(*run(queue.acquire(WorkerId("w"), Milliseconds(1000))));
}

void settle(queue::SqlQueue& queue, const std::string& id) {
  ASSERT_TRUE(run(queue.add({MessageId(id), VideoId("v"), 1, 0, Milliseconds(0)})));
  const auto offered = run(queue.acquire(WorkerId("w"), Milliseconds(1000)));
  ASSERT_TRUE(offered && *offered);
  ASSERT_TRUE(run(queue.settle(MessageId(id), (**offered).lock, id != "failed", "{}")));
}

TEST(SqlQueue, ForgetsJobsThatWereSettledLongAgo) {
  ManualClock clock;
  const auto database = open_database(std::string(db::kInMemory), clock);
  queue::SqlQueue queue(*database);
  ASSERT_TRUE(run(queue.add({MessageId("delayed"), VideoId("v"), 1, 0, 3 * queue::kSettledKept})));
  settle(queue, "failed");
  clock.advance(queue::kSettledKept);
  settle(queue, "completed");
  EXPECT_TRUE(*run(queue.find(MessageId("failed")))) << "not long enough ago";
  clock.advance(Milliseconds(1));
  settle(queue, "last");
  EXPECT_FALSE(*run(queue.find(MessageId("failed"))));
  const auto counts = run(queue.counts());
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->completed, 2);
  EXPECT_EQ(counts->failed, 0);
  EXPECT_EQ(counts->delayed, 1);
}

}  // namespace
}  // namespace vodmill
