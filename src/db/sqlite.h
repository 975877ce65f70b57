// SQLite: one owned connection, and the way to open a whole Database on it.
//
// WAL, synchronous=FULL, foreign keys on, five seconds of patience with other processes' locks.
// vodmill_now() is the given clock, which on SQLite is the clock of the machine that all processes
// share; tests advance it without sleeping.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "db/connection.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vodmill::db {

inline constexpr std::string_view kInMemory = ":memory:";

class SqliteConnection final : public Connection {
 public:
  enum class Access { read_write, read_only };

  // Opens `path`, made if it is not there (kInMemory: a database of this connection alone). The
  // clock must outlive the connection.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Access access,
                                                        const Clock& clock);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Dialect dialect() const override { return Dialect::sqlite; }
  Result<Rows> run(const Statement& statement, std::span<const Value> params) override;
  Result<> run_script(std::string_view sql) override;
  bool in_transaction() const override;

 private:
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}

  Result<sqlite3_stmt*> prepare(const Statement& statement);
  std::unexpected<Error> failure(std::string_view what) const;

  sqlite3* const handle_;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;  // by text, which SQLite keeps
};

}  // namespace vodmill::db
