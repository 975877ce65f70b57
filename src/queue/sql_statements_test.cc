// What a look at the queue costs among many jobs, settled or waiting.
#include "queue/sql_statements.h"

#include <gtest/gtest.h>

#include "db/migration.h"
#include "db/sqlite.h"
#include "queue/schema.h"

namespace vodmill::queue {
namespace {

TEST(QueueStatements, AcquireByTheIndexesOfOpenAndActiveJobs) {
  const ManualClock clock;
  auto connection = db::SqliteConnection::open(std::string(db::kInMemory),
                                               db::SqliteConnection::Access::read_write, clock);
  ASSERT_TRUE(connection) << connection.error().message;
  const std::array schemas{kSchema};
  ASSERT_TRUE(db::migrate(**connection, schemas));
  const std::string text = "EXPLAIN QUERY PLAN " + std::string(kAcquireJob.sql);
  const auto plan =
      (*connection)->execute({"explain acquire", text}, {"worker", "lock", std::int64_t{1000}});
  ASSERT_TRUE(plan) << plan.error().message;
  std::string steps;
  for (const db::Row& row : plan->rows) steps += row.text(3) + "\n";
  for (const char* whole : {"SCAN jobs\n", "SCAN j\n", "SCAN n\n", "SCAN a\n", "(priority=?)\n"}) {
    EXPECT_EQ(steps.find(whole), std::string::npos) << steps;
  }
}

}  // namespace
}  // namespace vodmill::queue
