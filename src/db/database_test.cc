#include "db/database.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "base/random.h"
#include "db/open_sqlite.h"
#include "db/sqlite.h"
#include "fakes/run.h"

namespace vodmill::db {
namespace {

constexpr Migration kMigrations[] = {
    {1, "CREATE TABLE words (id {serial}, word TEXT UNIQUE NOT NULL, at BIGINT)"}};
constexpr Schema kSchemas[] = {{"test", kMigrations}};
constexpr Statement kInsert{"insert",
                            "INSERT INTO words (word, at) VALUES (?1, vodmill_now()) RETURNING id"};
constexpr Statement kCount{"count", "SELECT count(*) FROM words"};
constexpr Statement kAt{"at", "SELECT at FROM words WHERE word = ?1"};

auto insert(std::string word) {
  return [word = std::move(word)](Transaction& transaction) -> Result<std::int64_t> {
    const Rows rows = TRY(transaction.execute(kInsert, {word}));
    return rows[0].integer(0);
  };
}

Result<std::int64_t> count(Transaction& transaction) {
  const Rows rows = TRY(transaction.execute(kCount));
  return rows[0].integer(0);
}

// A database in memory, then the same on a file.
class DatabaseTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      directory_ = ::testing::TempDir() + "database_test_" + random_id();
      std::filesystem::create_directories(directory_);
      path_ = directory_ + "/test.sqlite";
    }
    database_ = open();
  }
  void TearDown() override {
    database_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<Database> open() {
    auto opened = open_sqlite(path_, clock_, kSchemas);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  template <class F, class R = std::invoke_result_t<F&, Transaction&>>
  R write(F work) {
    return run(database_->write(std::move(work)));
  }
  template <class F, class R = std::invoke_result_t<F&, Transaction&>>
  R read(F work) {
    return run(database_->read(std::move(work)));
  }

  ManualClock clock_;
  std::string directory_;
  std::string path_ = std::string(kInMemory);
  std::unique_ptr<Database> database_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseTest, ::testing::Bool(),
                         [](const auto& where) { return where.param ? "File" : "Memory"; });

TEST_P(DatabaseTest, ReadsWhatWasWritten) {
  EXPECT_EQ(write(insert("a")).value(), 1);
  EXPECT_EQ(read(count).value(), 1);
}

TEST_P(DatabaseTest, TellsTheTimeOfTheGivenClock) {
  clock_.advance(Milliseconds(1234));
  ASSERT_TRUE(write(insert("a")));
  const auto at = read([](Transaction& transaction) -> Result<std::int64_t> {
    const Rows rows = TRY(transaction.execute(kAt, {"a"}));
    return rows[0].integer(0);
  });
  EXPECT_EQ(at.value(), clock_.now().ms);
}

TEST_P(DatabaseTest, TakesBackTheWritesOfWorkThatFails) {
  const auto failed = write([](Transaction& transaction) -> Result<int> {
    TRY_VOID(insert("a")(transaction));
    return fail(ErrorCode::gone, "no");
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::gone);
  EXPECT_EQ(read(count).value(), 0);
}

TEST_P(DatabaseTest, CallsABrokenConstraintAConflict) {
  ASSERT_TRUE(write(insert("a")));
  EXPECT_EQ(write(insert("a")).error().code, ErrorCode::conflict);
}

TEST_P(DatabaseTest, AnswersEveryOneOfManyAtOnce) {
  asio::io_context context;
  int succeeded = 0;
  for (int i = 0; i < 500; ++i) {
    // Every tenth breaks the constraint.
    const std::string word = i % 10 == 9 ? "same" : std::to_string(i);
    asio::co_spawn(context, database_->write(insert(word)),
                   [&](std::exception_ptr, Result<std::int64_t> id) { succeeded += id ? 1 : 0; });
  }
  context.run();
  EXPECT_EQ(succeeded, 451);
  EXPECT_EQ(read(count).value(), 451);
}

TEST_P(DatabaseTest, RingsAfterAWriteAndNotAfterARead) {
  const std::uint64_t before = database_->bell().count();
  ASSERT_TRUE(read(count));
  EXPECT_EQ(database_->bell().count(), before);
  ASSERT_TRUE(write(insert("a")));
  EXPECT_NE(database_->bell().count(), before);
}

TEST_P(DatabaseTest, WakesAWaiterThatMissedTheRing) {
  const std::uint64_t before = database_->bell().count();
  ASSERT_TRUE(write(insert("a")));
  asio::io_context context;
  asio::co_spawn(context, database_->bell().wait(before, std::chrono::hours(1)), asio::detached);
  EXPECT_GT(context.run(), 0U);
}

TEST_P(DatabaseTest, EndsAWaitAfterItsLongestTime) {
  asio::io_context context;
  const std::uint64_t seen = database_->bell().count();
  asio::co_spawn(context, database_->bell().wait(seen, Milliseconds(5)), asio::detached);
  EXPECT_GT(context.run(), 0U);
}

TEST_P(DatabaseTest, EndsAWaitThatIsCancelled) {
  asio::io_context context;
  asio::cancellation_signal cancel;
  bool ended = false;
  const std::uint64_t seen = database_->bell().count();
  asio::co_spawn(
      context, database_->bell().wait(seen, std::chrono::hours(1)),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { ended = true; }));
  asio::post(context, [&] { cancel.emit(asio::cancellation_type::terminal); });
  context.run();
  EXPECT_TRUE(ended);
}

TEST_P(DatabaseTest, AnswersStorageUnavailableOnceItIsStopped) {
  database_->stop();
  EXPECT_EQ(write(insert("a")).error().code, ErrorCode::storage_unavailable);
}

class DatabaseFile : public DatabaseTest {};
INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseFile, ::testing::Values(true));

TEST_P(DatabaseFile, RingsForTheCommitOfAnotherProcess) {
  const auto other = open();
  const std::uint64_t seen = database_->bell().count();
  run(database_->bell().wait(seen, Milliseconds(1)));
  ASSERT_EQ(database_->bell().count(), seen);
  ASSERT_TRUE(run(other->write(insert("a"))));
  run(database_->bell().wait(seen, std::chrono::minutes(5)));
  EXPECT_NE(database_->bell().count(), seen);
}

TEST_P(DatabaseFile, KeepsWhatWasWritten) {
  ASSERT_TRUE(write(insert("a")));
  database_ = nullptr;
  database_ = open();
  EXPECT_EQ(read(count).value(), 1);
}

TEST_P(DatabaseFile, CannotBeWrittenByARead) {
  EXPECT_FALSE(read(insert("a")));
  EXPECT_EQ(read(count).value(), 0);
}

TEST_P(DatabaseFile, RefusesASchemaNewerThanItsOwn) {
  ASSERT_TRUE(write([](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute({"newer", "UPDATE schema_version SET version = 99"}));
    return {};
  }));
  const auto opened = open_sqlite(path_, clock_, kSchemas);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::conflict);
  EXPECT_NE(opened.error().message.find("newer vodmill"), std::string::npos);
}

TEST_P(DatabaseFile, IsRefusedByWhoOnlyLooksAtAnotherSchemaThanItsOwn) {
  const auto looking = SqliteConnection::open(path_, SqliteConnection::Access::read_only, clock_);
  ASSERT_TRUE(looking) << looking.error().message;
  EXPECT_TRUE(expect_current(**looking, kSchemas));
  for (const char* change :
       {"UPDATE schema_version SET version = 99", "DELETE FROM schema_version"}) {
    ASSERT_TRUE(write([change](Transaction& transaction) -> Result<> {
      TRY_VOID(transaction.execute({"other", change}));
      return {};
    }));
    const Result<> refused = expect_current(**looking, kSchemas);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  }
}

TEST_P(DatabaseFile, RunsOnlyTheMigrationsThatAreMissing) {
  static constexpr Migration kMore[] = {kMigrations[0],
                                        {2,
                                         "ALTER TABLE words ADD COLUMN language TEXT; "
                                         "INSERT INTO words (word) VALUES ('migrated')"}};
  constexpr Schema kNewer[] = {{"test", kMore}};
  for (int i = 0; i < 2; ++i) {
    database_ = nullptr;
    auto opened = open_sqlite(path_, clock_, kNewer);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    EXPECT_EQ(read(count).value(), 1);
  }
}

TEST(OpenSqlite, SaysThatAFolderIsMissing) {
  SystemClock clock;
  const auto opened = open_sqlite("/nonexistent/x.sqlite", clock, kSchemas);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::storage_unavailable);
}

}  // namespace
}  // namespace vodmill::db
