// Leases tasks and has mills do them: as many at once as have room in the slots, and an urgent one
// beside them.
//
// Knows nothing of queues: whichever queue brought the job, tasks come from the catalog.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "worker/admission.h"
#include "worker/budget.h"
#include "worker/context.h"
#include "worker/counts.h"
#include "worker/mill_run.h"
#include "worker/mill_starter.h"
#include "worker/notice.h"
#include "worker/nursery.h"
#include "worker/range_cache.h"

namespace vodmill::worker {

class TaskRunner {
 public:
  // Everything must outlive the runner.
  TaskRunner(const Ports& ports, const WorkerOptions& options, Admission& admission,
             asio::any_io_executor executor, const Notice& stopping);
  ~TaskRunner();

  // Leases and runs tasks until stopping; ends when nothing of them runs any more. Called once.
  asio::awaitable<void> run();

  // Ends the mills of videos that were cancelled, retried, removed or have failed, as soon as the
  // catalog says so; until stopping.
  asio::awaitable<void> watch_videos();

  // Kills every mill. Its tasks go back without an attempt. Call it after the notice was given.
  void stop();

  // Slots that are taken at the moment.
  int busy() const { return admission_.busy(); }
  // Why no task can be done here, as a sentence; "" while they can.
  std::string trouble() const;

  // Bytes of segments that wait for the store, and mills that wait for room.
  const Budget& unsent() const { return budget_; }

 private:
  class Run;
  struct Admitted {
    LeasedTask task;
    Admission::Mill mill;
  };
  bool may_begin() const;
  Async<std::optional<Admitted>> admit_next();
  asio::awaitable<void> run_all();
  asio::awaitable<void> stand_back();
  asio::awaitable<void> run_task(Admitted admitted);
  asio::awaitable<void> hand_back(LeasedTask task, Error why);
  asio::awaitable<void> finish(std::unique_ptr<Run> run);
  asio::awaitable<void> settle(const LeasedTask& task, const MillOutcome& outcome);
  Async<> tell_catalog(const LeasedTask& task, const MillOutcome& outcome);
  asio::awaitable<bool> has_ended(VideoId video, int generation);

  const Ports& ports_;
  const WorkerOptions& options_;
  Admission& admission_;
  asio::any_io_executor executor_;
  const Notice& stopping_;
  Counts counts_;
  Budget budget_;
  RangeCache ranges_;
  asio::steady_timer standing_back_;
  std::chrono::steady_clock::time_point answered_at_;  // the catalog, for a task or a lease
  MillStarter starter_;
  std::set<Run*> running_;  // finishing ones too
  Nursery mills_;           // tasks whose mill runs, or starts
  Nursery finishing_;       // tasks whose mill has ended
  Nursery spares_;          // a spare mill that is on its way
};

}  // namespace vodmill::worker
