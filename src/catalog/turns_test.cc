// What a task's turn costs among many that wait.
#include <gtest/gtest.h>

#include "catalog/schema.h"
#include "catalog/task_sql.h"
#include "db/migration.h"
#include "db/sqlite.h"

namespace vodmill::catalog {
namespace {

constexpr std::string_view kExplainNext = "EXPLAIN QUERY PLAN ";

class Turns : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = db::SqliteConnection::open(std::string(db::kInMemory),
                                             db::SqliteConnection::Access::read_write, clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    connection_ = std::move(*opened);
    const std::array schemas{kSchema};
    ASSERT_TRUE(db::migrate(*connection_, schemas));
  }

  const ManualClock clock_;
  std::unique_ptr<db::Connection> connection_;
};

TEST_F(Turns, AreFoundByTheIndexOfOpenTasksOneAVideo) {
  const std::string text = std::string(kExplainNext) + std::string(task_sql::kNext.sql);
  const auto plan = connection_->execute({"explain next task", text}, {"build", 0, 0});
  ASSERT_TRUE(plan) << plan.error().message;
  std::string steps;
  for (const db::Row& row : plan->rows) steps += row.text(3) + "\n";
  EXPECT_NE(steps.find("SEARCH n USING INDEX tasks_open (video=? AND generation=?)"),
            std::string::npos)
      << steps;
  // Sorted are videos, never a video's tasks; all leased tasks are looked at, and no others.
  EXPECT_EQ(steps.find("SCAN n"), std::string::npos) << steps;
  EXPECT_EQ(steps.find("SCAN v"), std::string::npos) << steps;
  EXPECT_NE(steps.find("SCAN t USING INDEX tasks_leased"), std::string::npos) << steps;
  EXPECT_EQ(steps.find("SCAN t\n"), std::string::npos) << steps;
}

}  // namespace
}  // namespace vodmill::catalog
