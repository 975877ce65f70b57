// Leases tasks and has mills do them: as many at once as there are slots.
//
// Knows nothing of queues: whichever queue brought the job, tasks come from the catalog.
#pragma once

#include "plan/task_spec.h"
#include "worker/budget.h"
#include "worker/context.h"
#include "worker/mill_run.h"
#include "worker/nursery.h"
#include "worker/range_cache.h"

namespace vodmill::worker {

class TaskRunner {
 public:
  // Everything must outlive the runner. `stopping` is read, never written.
  TaskRunner(const Ports& ports, const WorkerOptions& options, asio::any_io_executor executor,
             const bool& stopping);

  // One slot: leases and runs tasks until stopping; then gives back what it has.
  asio::awaitable<void> run_slot();

 private:
  class Run;
  asio::awaitable<void> run_task(LeasedTask task);
  Result<sandbox::Child> take_mill();
  void keep_a_spare();
  Async<> settle(const LeasedTask& task, MillOutcome outcome);

  const Ports& ports_;
  const WorkerOptions& options_;
  asio::any_io_executor executor_;
  const bool& stopping_;
  Budget budget_;
  RangeCache ranges_;
  std::optional<sandbox::Child> spare_;  // loaded and locked, waiting for a task
};

}  // namespace vodmill::worker
