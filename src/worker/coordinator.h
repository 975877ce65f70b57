// Leads one generation from its probe to its end: plans, reports progress, verifies, publishes.
//
// Holds the generation's lease and no mill slot; the tasks are done by whichever worker leases
// them. Can be replaced at any moment: everything it knows it reads from the catalog.
#pragma once

#include <chrono>

#include "core/plan.h"
#include "plan/planner.h"
#include "worker/context.h"

namespace vodmill::worker {

class Coordinator {
 public:
  Coordinator(const Ports& ports, const WorkerOptions& options, GenerationLease lease,
              const bool& stopping)
      : ports_(ports), options_(options), lease_(std::move(lease)), stopping_(stopping) {}

  // Ends when the generation is final, when the lease is lost, or when stopping.
  asio::awaitable<void> run();

 private:
  Async<bool> step();  // true: nothing is left to do
  Async<> plan_from(const Task& probe);
  Async<> check_playable();
  Async<> report(const std::vector<Task>& tasks);
  Async<> finish(const std::vector<Task>& tasks);

  const Ports& ports_;
  const WorkerOptions& options_;
  const GenerationLease lease_;
  const bool& stopping_;
  std::optional<Generation> generation_;  // with its plan, once there is one
  bool playable_ = false;
  std::chrono::steady_clock::time_point
      next_report_{};  // every report rings the bell that wakes us
};

// Percent of a generation that its tasks have done: floor(99 * done / cost); 0 before the plan.
int percent_done(const std::vector<Task>& tasks);

// The tasks that a plan is made of: what it costs to make each chunk and the sound.
std::vector<NewTask> tasks_of(const Plan& plan);

}  // namespace vodmill::worker
