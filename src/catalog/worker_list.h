// WorkerList over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/worker_list.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlWorkerList final : public WorkerList {
 public:
  // The database must outlive the list.
  explicit SqlWorkerList(db::Database& database) : database_(database) {}

  Async<> show(WorkerNotice notice) override;
  Async<> remove(WorkerId id) override;
  Async<std::vector<ShownWorker>> all() override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
