#include "catalog/outbox.h"

#include "catalog/outbox_sql.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

Result<std::vector<OutboxRow>> read_outbox(Transaction& transaction, const db::Statement& statement,
                                           db::Params params) {
  const db::Rows rows = TRY(transaction.execute(statement, params));
  std::vector<OutboxRow> owed;
  for (const db::Row& row : rows.rows) {
    owed.push_back({.id = row.integer(0),
                    .job = {.id = MessageId(row.text(1)),
                            .video = VideoId(row.text(2)),
                            .generation = static_cast<int>(row.integer(3)),
                            .priority = static_cast<int>(row.integer(4)),
                            .owner = row.text(5)}});
  }
  return owed;
}

Result<> deliver(Transaction& transaction, std::int64_t id, const std::string& queue,
                 const MessageId& message) {
  const db::Rows found = TRY(transaction.execute(outbox_sql::kFind, {id}));
  if (found.empty()) return fail(ErrorCode::not_found, "The outbox never had this row.");
  TRY_VOID(transaction.execute(outbox_sql::kDelete, {id}));
  TRY_VOID(transaction.execute(outbox_sql::kKnowMessage,
                               {queue, message.str(), id, found[0].text(0), found[0].integer(1)}));
  return {};
}

}  // namespace

Async<std::vector<OutboxRow>> SqlOutbox::undelivered(int limit) {
  auto work = [limit](Transaction& transaction) {
    return read_outbox(transaction, outbox_sql::kUndelivered, {limit});
  };
  return database_.read(std::move(work));
}

Async<> SqlOutbox::delivered(std::int64_t id, std::string queue, MessageId message) {
  auto work = [id, queue = std::move(queue), message = std::move(message)](
                  Transaction& transaction) { return deliver(transaction, id, queue, message); };
  return database_.write(std::move(work));
}

Async<> SqlOutbox::settled(std::string queue, MessageId message) {
  auto work = [queue = std::move(queue),
               message = std::move(message)](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(outbox_sql::kSettle, {queue, message.str()}));
    return {};
  };
  return database_.write(std::move(work));
}

Async<std::vector<OutboxRow>> SqlOutbox::unsettled(std::string queue, Milliseconds older_than,
                                                   int limit) {
  auto work = [queue = std::move(queue), older_than, limit](Transaction& transaction) {
    return read_outbox(transaction, outbox_sql::kUnsettled,
                       {queue, std::int64_t{older_than.count()}, limit});
  };
  return database_.read(std::move(work));
}

Async<> SqlOutbox::sweep_later(std::string prefix, Milliseconds delay) {
  auto work = [prefix = std::move(prefix), delay](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(outbox_sql::kSweepLater, {prefix, std::int64_t{delay.count()}}));
    return {};
  };
  return database_.write(std::move(work));
}

Async<std::vector<SweepRow>> SqlOutbox::due_sweeps(int limit) {
  auto work = [limit](Transaction& transaction) -> Result<std::vector<SweepRow>> {
    const db::Rows rows = TRY(transaction.execute(outbox_sql::kDueSweeps, {limit}));
    std::vector<SweepRow> due;
    for (const db::Row& row : rows.rows) due.push_back({row.integer(0), row.text(1)});
    return due;
  };
  return database_.read(std::move(work));
}

Async<> SqlOutbox::swept(std::int64_t id) {
  auto work = [id](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(outbox_sql::kSwept, {id}));
    return {};
  };
  return database_.write(std::move(work));
}

}  // namespace vodmill::catalog
