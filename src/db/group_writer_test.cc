#include "db/group_writer.h"

#include <gtest/gtest.h>

#include "db/sqlite.h"
#include "fakes/scratch_folder.h"

namespace vodmill::db {
namespace {

constexpr Statement kInsert{"insert", "INSERT INTO words (word) VALUES (?1)"};
constexpr Statement kCount{"count", "SELECT count(*) FROM words"};

Work insert(std::string word) {
  return [word = std::move(word)](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(kInsert, {word}));
    return {};
  };
}

Work refuse_after(std::string word) {
  return [word = std::move(word)](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(kInsert, {word}));
    return fail(ErrorCode::gone, "no");
  };
}

class GroupWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    connection_ = open();
    ASSERT_TRUE(connection_->run_script("CREATE TABLE words (word TEXT UNIQUE)"));
  }

  std::unique_ptr<SqliteConnection> open() {
    auto opened = SqliteConnection::open((folder_.path() / "test.sqlite").string(),
                                         SqliteConnection::Access::read_write, clock_);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  template <class... W>
  GroupWriter::Outcome commit(GroupWriter& writer, W... work) {
    std::vector<Work> group;
    (group.push_back(std::move(work)), ...);
    return writer.commit(group, [](std::vector<Work>&) {});
  }

  std::int64_t count() { return connection_->execute(kCount).value()[0].integer(0); }

  ScratchFolder folder_;
  ManualClock clock_;
  std::unique_ptr<SqliteConnection> connection_;
};

TEST_F(GroupWriterTest, CommitsTheNeighboursOfWorkThatFails) {
  GroupWriter writer(*connection_);
  const auto outcome = commit(writer, insert("a"), refuse_after("b"), insert("c"), insert("a"));
  EXPECT_TRUE(outcome.answers[0]);
  EXPECT_EQ(outcome.answers[1].error().code, ErrorCode::gone);
  EXPECT_TRUE(outcome.answers[2]);
  EXPECT_EQ(outcome.answers[3].error().code, ErrorCode::conflict);
  EXPECT_TRUE(outcome.changed);
  EXPECT_EQ(count(), 2);
}

TEST_F(GroupWriterTest, TakesInWhatComesBeforeTheCommit) {
  GroupWriter writer(*connection_);
  std::vector<Work> group;
  group.push_back(insert("a"));
  std::vector<Work> late;
  late.push_back(refuse_after("b"));
  late.push_back(insert("c"));
  const auto outcome = writer.commit(group, [&](std::vector<Work>& joined) {
    for (Work& work : std::exchange(late, {})) joined.push_back(std::move(work));
  });
  ASSERT_EQ(outcome.answers.size(), 3u);
  EXPECT_TRUE(outcome.answers[0]);
  EXPECT_EQ(outcome.answers[1].error().code, ErrorCode::gone);
  EXPECT_TRUE(outcome.answers[2]);
  EXPECT_EQ(count(), 2);
}

TEST_F(GroupWriterTest, TellsThoseWhoJoinedThatTheCommitFailed) {
  ASSERT_TRUE(connection_->run_script(
      "CREATE TABLE notes (word TEXT REFERENCES words (word) DEFERRABLE INITIALLY DEFERRED)"));
  GroupWriter writer(*connection_);
  std::vector<Work> group;
  group.push_back(Work([](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute({"note", "INSERT INTO notes (word) VALUES ('unknown')"}));
    return {};
  }));
  const auto outcome = writer.commit(group, [](std::vector<Work>& joined) {
    if (joined.size() == 1) joined.push_back(insert("a"));
  });
  ASSERT_EQ(outcome.answers.size(), 2u);
  EXPECT_FALSE(outcome.answers[0]);
  EXPECT_FALSE(outcome.answers[1]);
  EXPECT_EQ(count(), 0);
}

TEST_F(GroupWriterTest, HasChangedNothingWhenAllWorkFails) {
  GroupWriter writer(*connection_);
  EXPECT_FALSE(commit(writer, refuse_after("a")).changed);
}

TEST_F(GroupWriterTest, TellsEveryoneThatTheDiskIsFullAndWritesNothing) {
  GroupWriter writer(*connection_);
  ASSERT_TRUE(commit(writer, insert("before")).answers[0]);
  ASSERT_TRUE(connection_->run_script("PRAGMA max_page_count = 4"));
  const auto full = commit(writer, insert("a"), insert(std::string(1'000'000, 'x')), insert("b"));
  for (const auto& answer : full.answers) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::disk_full);
  }
  EXPECT_FALSE(full.changed);
  EXPECT_EQ(count(), 1);

  ASSERT_TRUE(connection_->run_script("PRAGMA max_page_count = 100000"));
  EXPECT_TRUE(commit(writer, insert("after")).answers[0]);
  EXPECT_EQ(count(), 2);
}

TEST_F(GroupWriterTest, CallsADatabaseThatAnotherProcessHoldsUnavailable) {
  ASSERT_TRUE(connection_->run_script("PRAGMA busy_timeout = 1"));
  GroupWriter writer(*connection_);
  const auto other = open();
  ASSERT_TRUE(other->run_script("BEGIN IMMEDIATE"));
  EXPECT_EQ(commit(writer, insert("a")).answers[0].error().code, ErrorCode::storage_unavailable);
  ASSERT_TRUE(other->run_script("ROLLBACK"));
  EXPECT_TRUE(commit(writer, insert("a")).answers[0]);
}

TEST_F(GroupWriterTest, KnowsSinceWhenTheDatabaseIsThere) {
  ASSERT_TRUE(connection_->run_script("PRAGMA busy_timeout = 1"));
  GroupWriter writer(*connection_);
  const auto available_since = [&] {
    Timestamp since;
    commit(writer, Work([&](Transaction& transaction) -> Result<> {
             since = transaction.available_since();
             return {};
           }));
    return since;
  };
  const Timestamp opened = clock_.now();
  EXPECT_EQ(available_since(), opened);
  clock_.advance(Milliseconds(5000));
  EXPECT_EQ(available_since(), opened);

  const auto other = open();
  ASSERT_TRUE(other->run_script("BEGIN IMMEDIATE"));
  EXPECT_FALSE(commit(writer, insert("a")).answers[0]);
  clock_.advance(Milliseconds(5000));
  ASSERT_TRUE(other->run_script("ROLLBACK"));
  EXPECT_EQ(available_since(), clock_.now());
}

}  // namespace
}  // namespace vodmill::db
