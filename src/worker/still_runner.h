// Makes the pictures of any moment that clients wait for: one at a time, beside the slots, because
// those may be taken for minutes. Such a mill decodes and does not encode video; its memory counts
// as any other's, and none is begun while the disk is short.
//
// One executor; outlived by everything it is given.
#pragma once

#include "core/blocking_pool.h"
#include "worker/admission.h"
#include "worker/context.h"
#include "worker/counts.h"
#include "worker/mill_run.h"
#include "worker/notice.h"
#include "worker/range_cache.h"

namespace vodmill::worker {

class StillRunner {
 public:
  StillRunner(const Ports& ports, const WorkerOptions& options, Admission& admission,
              asio::any_io_executor executor, const Notice& stopping);

  // Leases and makes stills until stopping.
  asio::awaitable<void> run();

  // Kills its mill. Call it after the notice was given.
  void stop();

 private:
  Async<std::optional<LeasedStill>> lease();
  asio::awaitable<bool> wait_for_room(std::int64_t memory);
  asio::awaitable<void> make(LeasedStill leased);
  asio::awaitable<MillOutcome> run_in_room(const LeasedStill& leased, Bytes& picture);
  asio::awaitable<MillOutcome> run_mill(const LeasedStill& leased, Bytes& picture);
  Async<> settle(const LeasedStill& leased, MillOutcome outcome, Bytes picture);
  Async<> keep(const LeasedStill& leased, Bytes picture);

  const Ports& ports_;
  const WorkerOptions& options_;
  Admission& admission_;
  asio::any_io_executor executor_;
  const Notice& stopping_;
  Counts counts_;
  RangeCache ranges_;
  MillRun* running_ = nullptr;
  BlockingPool starting_{1};  // one thread, for a mill ends with the thread that has started it
};

}  // namespace vodmill::worker
