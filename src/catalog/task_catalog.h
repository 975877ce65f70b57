// TaskCatalog over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/catalog.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlTaskCatalog final : public TaskCatalog {
 public:
  // The database must outlive the catalog.
  explicit SqlTaskCatalog(db::Database& database) : database_(database) {}

  Async<std::optional<LeasedTask>> lease(WorkerId worker, TaskWish wish) override;
  Async<> renew(TaskId id, Token token, Milliseconds length, std::int64_t done) override;
  Async<CommitOutcome> commit_segment(TaskId id, Token token, Segment segment) override;
  Async<> finish(TaskId id, Token token, std::string result) override;
  Async<> fail(TaskId id, Token token, Error error) override;
  Async<> crashed(TaskId id, Token token, Error error, Milliseconds delay) override;
  Async<> give_back(TaskId id, Token token, Milliseconds delay) override;
  Async<> bury(WorkerId worker) override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
