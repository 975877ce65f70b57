// One connection to a database: SQLite or PostgreSQL behind one set of words.
//
// Synchronous; belongs to one thread at a time. SQL is written once, in what both understand:
// placeholders ?1 ?2 ..., upsert and RETURNING, and two functions: vodmill_now(), the store's clock
// in milliseconds since 1970, and vodmill_lock(name), after which no other transaction passes the
// same name before this one has ended. SQLite's writers are one at a time anyhow.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace vodmill::db {

// A parameter or a column's value.
class Value {
 public:
  Value() = default;  // NULL
  Value(std::nullopt_t) {}
  Value(int value) : value_(std::int64_t{value}) {}
  Value(std::int64_t value) : value_(value) {}
  Value(bool value) : value_(std::int64_t{value}) {}
  Value(double value) : value_(value) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(std::string_view value) : value_(std::string(value)) {}
  Value(const char* value) : value_(std::string(value)) {}
  template <class T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }

  using Variant = std::variant<std::monostate, std::int64_t, double, std::string>;
  const Variant& get() const { return value_; }

 private:
  Variant value_;
};

// One row of an answer. The column must be there; a NULL, or a value of another type, reads as 0 or
// as "".
class Row {
 public:
  void append(Value value) { values_.push_back(std::move(value)); }

  bool is_null(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  double real(std::size_t column) const;
  std::string text(std::size_t column) const;

 private:
  std::vector<Value> values_;
};

struct Rows {
  std::vector<Row> rows;
  std::int64_t affected = 0;  // rows that an INSERT, UPDATE or DELETE changed

  bool empty() const { return rows.empty(); }
  const Row& operator[](std::size_t i) const { return rows[i]; }
};

// The text of a statement, with a name for messages. Statements are constants beside the code that
// runs them.
struct Statement {
  std::string_view name;
  std::string_view sql;
};

using Params = std::initializer_list<Value>;

enum class Dialect { sqlite, postgres };

class Connection {
 public:
  virtual ~Connection() = default;

  virtual Dialect dialect() const = 0;

  // Runs one statement; prepared once and kept for the connection's life. Errors: disk_full,
  // storage_unavailable, conflict (a constraint), internal_error.
  virtual Result<Rows> run(const Statement& statement, std::span<const Value> params) = 0;

  // Several statements without parameters or answers.
  virtual Result<> run_script(std::string_view sql) = 0;

  // False once the database has ended a transaction by itself, as SQLite does when the disk is
  // full.
  virtual bool in_transaction() const = 0;

  Result<Rows> execute(const Statement& statement, Params params = {}) {
    return run(statement, std::span<const Value>(params.begin(), params.size()));
  }
};

}  // namespace vodmill::db
