// A worker: coordinates videos, runs tasks in mills, and does the background duties. The same
// object serves `vodmill serve`, `vodmill worker` and `vodmill transcode`.
//
// Owned by app/. Everything runs on the executor it is given, which must run one handler at a time.
#pragma once

#include "core/vitals.h"
#include "worker/admission.h"
#include "worker/context.h"
#include "worker/job_holder.h"
#include "worker/notice.h"
#include "worker/nursery.h"
#include "worker/still_runner.h"
#include "worker/task_runner.h"
#include "worker/watched_store.h"

namespace vodmill::worker {

class Worker final : public WorkerVitals {
 public:
  Worker(Ports ports, WorkerOptions options, asio::any_io_executor executor);

  // Starts everything; returns at once.
  void start();

  // Kills the mills at once, gives tasks, leases and jobs back without spending an attempt, and
  // ends when nothing of the worker runs any more.
  asio::awaitable<void> stop();

  // No mill can be started, or the catalog gives no leases. A store that is away is not the
  // worker's trouble.
  std::string trouble() const override { return tasks_.trouble(); }

  const TaskRunner& tasks() const { return tasks_; }

 private:
  WatchedStore store_;
  const Ports ports_;  // with store_
  const WorkerOptions options_;
  Notice stopping_;
  Admission admission_;
  TaskRunner tasks_;
  StillRunner stills_;
  JobHolder jobs_;
  Nursery duties_;
};

}  // namespace vodmill::worker
