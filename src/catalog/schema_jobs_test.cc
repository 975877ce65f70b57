#include <gtest/gtest.h>

#include "catalog/schema.h"
#include "db/migration.h"
#include "db/sqlite.h"

namespace vodmill::catalog {
namespace {

// What the migration before it left behind: a video that failed at its second try, one that is
// under way.
constexpr std::string_view kBefore = R"sql(
INSERT INTO videos (id, owner, metadata, priority, prefix, source, sha256, created_at, updated_at,
  event_sequence, generation, status, error_code, error_message)
VALUES ('old', '', '{}', 0, 'old/', '{}', '', 10, 70, 0, 2, 'failed', 'not_a_video', 'A poem.'),
  ('new', '', '{}', 0, 'new/', '{}', '', 20, 80, 0, 1, 'processing', NULL, NULL);
INSERT INTO generations (video, number, status, prefix, created_at)
VALUES ('old', 1, 'cancelled', 'old/g1/', 10), ('old', 2, 'failed', 'old/g2/', 30),
  ('new', 1, 'processing', 'new/g1/', 20);
)sql";

constexpr db::Statement kJobs{"jobs",
                              "SELECT video || number, state, error_code, ended_at FROM shown_jobs "
                              "ORDER BY created_at"};

TEST(JobsMigration, TellsOfJobsThatEndedBeforeItWhatIsKnown) {
  const ManualClock clock;
  auto opened = db::SqliteConnection::open(std::string(db::kInMemory),
                                           db::SqliteConnection::Access::read_write, clock);
  ASSERT_TRUE(opened) << opened.error().message;
  db::Connection& connection = **opened;
  const std::array before{db::Schema{kSchema.component, kSchema.migrations.first(4)}};
  ASSERT_TRUE(db::migrate(connection, before));
  ASSERT_TRUE(connection.run_script(kBefore));
  const std::array now{kSchema};
  const auto migrated = db::migrate(connection, now);
  ASSERT_TRUE(migrated) << migrated.error().message;

  const auto jobs = connection.execute(kJobs);
  ASSERT_TRUE(jobs) << jobs.error().message;
  ASSERT_EQ(jobs->rows.size(), 3U);
  const db::Row& first = (*jobs)[0];
  EXPECT_EQ(first.text(0), "old1");
  EXPECT_EQ(first.text(1), "failed");
  EXPECT_TRUE(first.is_null(2));
  EXPECT_TRUE(first.is_null(3));
  const db::Row& running = (*jobs)[1];
  EXPECT_EQ(running.text(0), "new1");
  EXPECT_EQ(running.text(1), "waiting");
  EXPECT_TRUE(running.is_null(3));
  const db::Row& last = (*jobs)[2];
  EXPECT_EQ(last.text(1), "failed");
  EXPECT_EQ(last.text(2), "not_a_video");
  EXPECT_EQ(last.integer(3), 70);
}

}  // namespace
}  // namespace vodmill::catalog
