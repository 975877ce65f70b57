#include "catalog/worker_list.h"

#include "catalog/worker_sql.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

constexpr std::int64_t kForgotten = kWorkerForgotten.count();

}  // namespace

Async<> SqlWorkerList::show(WorkerNotice notice) {
  auto work = [notice = std::move(notice)](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(worker_sql::kForget, {kForgotten}));
    TRY_VOID(transaction.execute(
        worker_sql::kShow,
        {notice.id.str(), notice.host, notice.pid, notice.slots, notice.busy, notice.build.str()}));
    return {};
  };
  return database_.write(std::move(work));
}

Async<> SqlWorkerList::remove(WorkerId id) {
  auto work = [id = std::move(id)](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(worker_sql::kRemove, {id.str()}));
    return {};
  };
  return database_.write(std::move(work));
}

Async<std::vector<ShownWorker>> SqlWorkerList::all() {
  auto work = [](Transaction& transaction) -> Result<std::vector<ShownWorker>> {
    const db::Rows rows = TRY(transaction.execute(worker_sql::kAllWorkers, {kForgotten}));
    std::vector<ShownWorker> workers;
    for (const db::Row& row : rows.rows) {
      workers.push_back({.notice = {.id = WorkerId(row.text(0)),
                                    .host = row.text(1),
                                    .pid = static_cast<int>(row.integer(2)),
                                    .slots = static_cast<int>(row.integer(3)),
                                    .busy = static_cast<int>(row.integer(4)),
                                    .build = EngineBuild(row.text(5))},
                         .since = Timestamp{row.integer(6)},
                         .unseen = Milliseconds(row.integer(7))});
    }
    return workers;
  };
  return database_.read(std::move(work));
}

}  // namespace vodmill::catalog
