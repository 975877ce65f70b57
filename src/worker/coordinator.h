// Leads one generation from its probe to its end: plans, reports progress, verifies, publishes.
//
// Holds the generation's lease and no mill slot; the tasks are done by whichever worker leases
// them. Can be replaced at any moment: everything it knows it reads from the catalog.
#pragma once

#include <chrono>
#include <string_view>

#include "core/plan.h"
#include "plan/planner.h"
#include "worker/admission.h"
#include "worker/context.h"
#include "worker/notice.h"
#include "worker/nursery.h"

namespace vodmill::worker {

class Coordinator {
 public:
  // All must outlive the coordinator.
  Coordinator(const Ports& ports, const WorkerOptions& options, const Admission& admission,
              asio::any_io_executor executor, GenerationLease lease, const Notice& stopping);

  // Ends when the generation is final, when the lease is lost, or when stopping: then the lease is
  // given back.
  asio::awaitable<void> run();

 private:
  using SteadyClock = std::chrono::steady_clock;

  asio::awaitable<void> lead();
  asio::awaitable<void> beat();
  asio::awaitable<bool> settle(Error error);  // true: nothing is left to do
  asio::awaitable<void> wait_for_change(std::uint64_t seen);
  Async<bool> step();  // true: the generation has ended
  Async<> load_generation();
  Async<> plan_from(const Task& probe);
  Async<> check_playable();
  Async<bool> begin_anew_without_engine();  // true: another generation has begun
  Async<> begin_anew_without_copy();
  Async<> finish(const std::vector<Task>& tasks);
  void note(const std::vector<Task>& tasks);
  bool may_be_done_here() const;
  std::string_view waiting_reason() const;

  const Ports& ports_;
  const WorkerOptions& options_;
  const Admission& admission_;
  const GenerationLease lease_;
  const Notice& stopping_;
  Nursery beating_;
  Notice ended_;          // nothing is left to do, or it is not ours any more
  ProgressUpdate shown_;  // but for what it waits for
  std::optional<Wait> wait_;
  Needs next_;                            // of its next task
  SteadyClock::time_point waits_since_;   // while there is a wait
  SteadyClock::time_point looked_at_;     // the list of workers
  bool engine_is_away_ = false;           // by the list of workers
  std::optional<Generation> generation_;  // with its plan, once there is one
  bool playable_ = false;
};

// Percent of a generation that its tasks have done: floor(99 * done / cost); 0 before the plan.
int percent_done(const std::vector<Task>& tasks);

// What this worker's settings allow a plan; the ladder is as ever.
plan::Policy policy_of(const WorkerOptions& options);

// The tasks that a plan is made of: what it costs to make each chunk and the sound.
std::vector<NewTask> tasks_of(const SourceInfo& info, const Plan& plan);

}  // namespace vodmill::worker
