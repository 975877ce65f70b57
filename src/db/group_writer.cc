#include "db/group_writer.h"

#include <algorithm>

namespace vodmill::db {
namespace {

constexpr Statement kBeginWrite{"begin", "BEGIN IMMEDIATE"};  // SQLite: no lock upgrade half-way
constexpr Statement kBegin{"begin", "BEGIN"};
constexpr Statement kCommit{"commit", "COMMIT"};
constexpr Statement kRollback{"rollback", "ROLLBACK"};
constexpr Statement kSavepoint{"savepoint", "SAVEPOINT work"};
constexpr Statement kRelease{"release", "RELEASE SAVEPOINT work"};
constexpr Statement kRollbackTo{"rollback to", "ROLLBACK TO SAVEPOINT work"};
constexpr Statement kNow{"now", "SELECT vodmill_now()"};

void abandon(Connection& connection) {
  // A rollback that fails leaves nothing behind either: the next BEGIN tells.
  if (connection.in_transaction()) (void)connection.execute(kRollback);
}

}  // namespace

Result<Rows> Transaction::execute(const Statement& statement, Params params) {
  Result<Rows> rows = connection_.execute(statement, params);
  if (rows && rows->affected > 0) changed_ = true;
  return rows;
}

Result<> GroupWriter::begin() {
  const bool sqlite = connection_.dialect() == Dialect::sqlite;
  TRY_VOID(connection_.execute(sqlite ? kBeginWrite : kBegin));
  if (away_) {
    const Rows now = TRY(connection_.execute(kNow));
    available_since_ = Timestamp{now[0].integer(0)};
    away_ = false;
  }
  return {};
}

Result<> GroupWriter::run_in_savepoint(Transaction& transaction, Work& work, Result<>& answer) {
  TRY_VOID(connection_.execute(kSavepoint));
  answer = work(transaction);
  if (!connection_.in_transaction()) {
    if (!answer) return answer;
    return fail(ErrorCode::internal_error, "database: the transaction ended by itself");
  }
  if (!answer) TRY_VOID(connection_.execute(kRollbackTo));
  TRY_VOID(connection_.execute(kRelease));
  return {};
}

Result<bool> GroupWriter::run_all(std::vector<Work>& group, const Join& join,
                                  std::vector<Result<>>& answers) {
  TRY_VOID(begin());
  bool changed = false;
  for (std::size_t i = 0;; ++i) {
    if (i == group.size()) join(group);
    if (i == group.size()) break;
    answers.resize(group.size());
    Transaction transaction(connection_, available_since_);
    TRY_VOID(run_in_savepoint(transaction, group[i], answers[i]));
    if (answers[i] && transaction.changed()) changed = true;
  }
  TRY_VOID(connection_.execute(kCommit));
  return changed;
}

GroupWriter::Outcome GroupWriter::commit(std::vector<Work>& group, const Join& join) {
  Outcome outcome;
  const Result<bool> changed = run_all(group, join, outcome.answers);
  if (changed) {
    outcome.changed = *changed;
    return outcome;
  }
  abandon(connection_);
  if (changed.error().code == ErrorCode::storage_unavailable) away_ = true;
  outcome.answers.assign(group.size(), Result<>(fail(changed.error())));
  return outcome;
}

Result<> run_read(Connection& connection, Work& work) {
  TRY_VOID(connection.execute(kBegin));
  Transaction transaction(connection, Timestamp{});
  Result<> answer = work(transaction);
  if (answer) {
    TRY_VOID(connection.execute(kCommit));
  } else {
    abandon(connection);
  }
  return answer;
}

}  // namespace vodmill::db
