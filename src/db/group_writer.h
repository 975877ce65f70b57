// Group commit: many pieces of work in one transaction, each in a savepoint of its own.
//
// One fsync pays for all of them, and for those that come while the others run. Work that fails
// takes only its own changes back; its neighbours commit. Owned by the Database's writer thread,
// and used by no other.
#pragma once

#include <functional>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"

namespace vodmill::db {

// What a piece of work sees: the connection, inside a transaction that others begin and end.
class Transaction {
 public:
  Transaction(Connection& connection, Timestamp available_since)
      : connection_(connection), available_since_(available_since) {}

  Result<Rows> execute(const Statement& statement, Params params = {});

  // When this process last found the database after not having had it, by the database's clock;
  // 0 in a read.
  Timestamp available_since() const { return available_since_; }

  bool changed() const { return changed_; }

 private:
  Connection& connection_;
  const Timestamp available_since_;
  bool changed_ = false;
};

using Work = std::move_only_function<Result<>(Transaction&)>;

class GroupWriter {
 public:
  explicit GroupWriter(Connection& connection) : connection_(connection) {}

  using Join = std::function<void(std::vector<Work>&)>;

  struct Outcome {
    std::vector<Result<>> answers;  // one for each piece of work, in its order
    bool changed = false;           // a row was written and committed
  };

  // Runs and commits the group. Before the commit `join` may append to it what has come meanwhile;
  // it is asked until it appends nothing. When the transaction itself is lost, nothing of the group
  // has been written and every answer is that error.
  Outcome commit(std::vector<Work>& group, const Join& join);

 private:
  Result<> begin();
  Result<bool> run_all(std::vector<Work>& group, const Join& join, std::vector<Result<>>& answers);
  Result<> run_in_savepoint(Transaction& transaction, Work& work, Result<>& answer);

  Connection& connection_;
  bool away_ = true;  // the next begin() that succeeds is the database's return
  Timestamp available_since_;
};

// Runs one piece of work on one snapshot of the database.
Result<> run_read(Connection& connection, Work& work);

}  // namespace vodmill::db
