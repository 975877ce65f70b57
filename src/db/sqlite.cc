#include "db/sqlite.h"

#include <sqlite3.h>

#include <cerrno>

namespace vodmill::db {
namespace {

constexpr int kPatienceMs = 5000;

ErrorCode code_of(int extended, int system_error) {
  if (system_error == ENOSPC || system_error == EDQUOT) return ErrorCode::disk_full;
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::disk_full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
      return ErrorCode::storage_unavailable;
    case SQLITE_CONSTRAINT:
      return ErrorCode::conflict;
    default:
      return ErrorCode::internal_error;
  }
}

void now_function(sqlite3_context* context, int, sqlite3_value**) {
  const auto* clock = static_cast<const Clock*>(sqlite3_user_data(context));
  sqlite3_result_int64(context, clock->now().ms);
}

// A transaction that writes is alone already.
void lock_function(sqlite3_context* context, int, sqlite3_value**) {
  sqlite3_result_int64(context, 0);
}

struct Bind {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(const std::string& value) const {
    // Static: run() resets the statement before the parameters die.
    return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
};

Value column(sqlite3_stmt* statement, int i) {
  switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, i)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, i);
    case SQLITE_NULL:
      return {};
    default: {
      const void* bytes = sqlite3_column_blob(statement, i);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
      return std::string(static_cast<const char*>(bytes), size);
    }
  }
}

Row read_row(sqlite3_stmt* statement) {
  Row row;
  const int columns = sqlite3_column_count(statement);
  for (int i = 0; i < columns; ++i) row.append(column(statement, i));
  return row;
}

// Leaves the statement ready for its next use, whatever happened.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path,
                                                                 Access access,
                                                                 const Clock& clock) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  if (opened != SQLITE_OK) return connection->failure("open " + path);

  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kPatienceMs);
  sqlite3_create_function_v2(handle, "vodmill_now", 0, SQLITE_UTF8, const_cast<Clock*>(&clock),
                             now_function, nullptr, nullptr, nullptr);
  sqlite3_create_function_v2(handle, "vodmill_lock", 1, SQLITE_UTF8, nullptr, lock_function,
                             nullptr, nullptr, nullptr);
  TRY_VOID(
      connection->run_script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                             "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY"));
  if (access == Access::read_only) TRY_VOID(connection->run_script("PRAGMA query_only=ON"));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

std::unexpected<Error> SqliteConnection::failure(std::string_view what) const {
  if (!handle_) return fail(ErrorCode::internal_error, std::string(what) + ": out of memory");
  const int extended = sqlite3_extended_errcode(handle_);
  const int system_error = (extended & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(handle_) : 0;
  return fail(code_of(extended, system_error),
              "database: " + std::string(what) + ": " + sqlite3_errmsg(handle_));
}

Result<sqlite3_stmt*> SqliteConnection::prepare(const Statement& statement) {
  if (const auto known = statements_.find(statement.sql); known != statements_.end()) {
    return known->second;
  }
  sqlite3_stmt* prepared = nullptr;
  const int result =
      sqlite3_prepare_v3(handle_, statement.sql.data(), static_cast<int>(statement.sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (result != SQLITE_OK) return failure(statement.name);
  statements_.emplace(sqlite3_sql(prepared), prepared);
  return prepared;
}

Result<Rows> SqliteConnection::run(const Statement& statement, std::span<const Value> params) {
  sqlite3_stmt* const prepared = TRY(prepare(statement));
  const Reset reset{prepared};
  for (std::size_t i = 0; i < params.size(); ++i) {
    const Bind bind{prepared, static_cast<int>(i) + 1};
    if (std::visit(bind, params[i].get()) != SQLITE_OK) return failure(statement.name);
  }
  Rows rows;
  const sqlite3_int64 changes_before = sqlite3_total_changes64(handle_);
  int step = sqlite3_step(prepared);
  for (; step == SQLITE_ROW; step = sqlite3_step(prepared)) {
    rows.rows.push_back(read_row(prepared));
  }
  if (step != SQLITE_DONE) return failure(statement.name);
  rows.affected = sqlite3_total_changes64(handle_) - changes_before;
  return rows;
}

Result<> SqliteConnection::run_script(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure("script");
  }
  return {};
}

}  // namespace vodmill::db
