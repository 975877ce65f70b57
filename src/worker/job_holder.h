// The holder of a queue's messages: acquires jobs, mirrors progress to the queue and alone settles
// them.
//
// Holding and coordinating are separate roles: whoever holds a job tries to coordinate its
// generation, and if another coordinator lives, only mirrors.
#pragma once

#include <set>

#include "worker/context.h"
#include "worker/nursery.h"

namespace vodmill::worker {

class JobHolder {
 public:
  JobHolder(const Ports& ports, const WorkerOptions& options, asio::any_io_executor executor,
            const bool& stopping)
      : ports_(ports), options_(options), stopping_(stopping), work_(executor) {}

  // Acquires jobs until stopping; ends when the last one it holds has been settled or released.
  asio::awaitable<void> run();

  // Coordinates generations that nobody coordinates, whatever became of their messages.
  asio::awaitable<void> adopt_orphans();

 private:
  asio::awaitable<void> hold(OfferedJob offered);
  asio::awaitable<void> coordinate(VideoId video, int generation);
  Async<std::optional<std::string>> ending_of(VideoId video, int generation, int& progress);
  Async<bool> mirror(const OfferedJob& offered);

  const Ports& ports_;
  const WorkerOptions& options_;
  const bool& stopping_;
  Nursery work_;
  int held_ = 0;
  std::set<std::pair<VideoId, int>> coordinated_;  // here, now
};

}  // namespace vodmill::worker
