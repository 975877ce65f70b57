// PostgreSQL: one owned connection over libpq.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "db/connection.h"

struct pg_conn;

namespace vodmill::db {

class PostgresConnection final : public Connection {
 public:
  // Connects to a libpq connection string or URL ("postgres://user@host/database"). Blocks.
  static Result<std::unique_ptr<PostgresConnection>> open(const std::string& target);
  ~PostgresConnection() override;
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  Dialect dialect() const override { return Dialect::postgres; }
  Result<Rows> run(const Statement& statement, std::span<const Value> params) override;
  Result<> run_script(std::string_view sql) override;
  bool in_transaction() const override;

  // The server parses the statement and finds its types; run() does this by itself.
  Result<> prepare(const Statement& statement);

 private:
  explicit PostgresConnection(pg_conn* handle) : handle_(handle) {}

  pg_conn* const handle_;
  std::unordered_map<std::string, std::string> prepared_;  // name on the server, by our text
};

// "?1" becomes "$1", outside of quotes.
std::string with_dollar_placeholders(std::string_view sql);

}  // namespace vodmill::db
