// Every statement is shown to a real PostgreSQL server, which parses it and finds its types.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/clock.h"
#include "catalog/schema.h"
#include "catalog/statements.h"
#include "db/migration.h"
#include "db/postgres.h"
#include "queue/schema.h"
#include "queue/sql_statements.h"
#include "services/postgres.h"

namespace vodmill {
namespace {

class PostgresStatements : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = PostgresServer::start(); }
  static void TearDownTestSuite() { server.reset(); }

  void SetUp() override {
    if (!server) GTEST_SKIP() << "PostgreSQL is not installed";
    auto connection = db::PostgresConnection::open(server->target());
    ASSERT_TRUE(connection) << connection.error().message;
    connection_ = std::move(*connection);
    const auto migrated = migrate();
    ASSERT_TRUE(migrated) << migrated.error().message;
  }

  Result<> migrate() {
    const std::array schemas{catalog::kSchema, queue::kSchema};
    return db::migrate(*connection_, schemas);
  }

  static std::unique_ptr<PostgresServer> server;
  std::unique_ptr<db::PostgresConnection> connection_;
};

std::unique_ptr<PostgresServer> PostgresStatements::server;

TEST_F(PostgresStatements, AreAllUnderstood) {
  std::vector<db::Statement> all = catalog::all_statements();
  const auto of_queue = queue::queue_statements();
  all.insert(all.end(), of_queue.begin(), of_queue.end());
  for (const db::Statement& statement : all) {
    const auto prepared = connection_->prepare(statement);
    EXPECT_TRUE(prepared) << statement.name << ": " << prepared.error().message;
  }
}

TEST_F(PostgresStatements, RunWithTheSameValuesAsOnSqlite) {
  constexpr db::Statement kEcho{"echo",
                                "SELECT CAST(?1 AS BIGINT), CAST(?2 AS TEXT), "
                                "CAST(?3 AS DOUBLE PRECISION), CAST(?4 AS TEXT), '?1'"};
  const auto rows = connection_->execute(kEcho, {std::int64_t{1} << 60, "it's", 0.1, {}});
  ASSERT_TRUE(rows) << rows.error().message;
  const db::Row& row = (*rows)[0];
  EXPECT_EQ(row.integer(0), std::int64_t{1} << 60);
  EXPECT_EQ(row.text(1), "it's");
  EXPECT_EQ(row.real(2), 0.1);
  EXPECT_TRUE(row.is_null(3));
  EXPECT_EQ(row.text(4), "?1");
}

TEST_F(PostgresStatements, TellTheTimeInMilliseconds) {
  constexpr db::Statement kNow{"now", "SELECT vodmill_now()"};
  const auto rows = connection_->execute(kNow);
  ASSERT_TRUE(rows) << rows.error().message;
  const std::int64_t difference = (*rows)[0].integer(0) - SystemClock().now().ms;
  EXPECT_LT(std::abs(difference), 60'000);
}

TEST_F(PostgresStatements, AreNotRunOnASchemaThatIsNewerThanOurs) {
  ASSERT_TRUE(connection_->run_script("UPDATE schema_version SET version = version + 100"));
  const auto refused = migrate();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  ASSERT_TRUE(connection_->run_script("UPDATE schema_version SET version = version - 100"));
}

// A statement that nobody has entered in the list would never be shown to the server.
TEST(CatalogStatements, AreAllInTheList) {
  std::size_t written = 0;
  for (const auto& file : std::filesystem::directory_iterator(VODMILL_SOURCE_DIR "/src/catalog")) {
    if (!file.path().filename().string().ends_with("_sql.h")) continue;
    std::ifstream stream(file.path());
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    constexpr std::string_view kWord = "inline constexpr Statement ";
    for (std::size_t at = 0; (at = text.find(kWord, at)) != std::string::npos; ++at) ++written;
  }
  EXPECT_EQ(catalog::all_statements().size(), written);
}

}  // namespace
}  // namespace vodmill
