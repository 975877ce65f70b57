// Outbox over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/outbox.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlOutbox final : public Outbox {
 public:
  // The database must outlive the outbox.
  explicit SqlOutbox(db::Database& database) : database_(database) {}

  Async<std::vector<OutboxRow>> undelivered(int limit) override;
  Async<> delivered(std::int64_t id, std::string queue, MessageId message) override;
  Async<> settled(std::string queue, MessageId message) override;
  Async<std::vector<OutboxRow>> unsettled(std::string queue, Milliseconds older_than,
                                          int limit) override;
  Async<> sweep_later(std::string prefix, Milliseconds delay) override;
  Async<std::vector<SweepRow>> due_sweeps(int limit) override;
  Async<> swept(std::int64_t id) override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
