// The holder of a queue's messages: acquires jobs, mirrors progress to the queue and alone settles
// them.
//
// Holding and coordinating are separate roles: whoever holds a job tries to coordinate its
// generation, and if another coordinator lives, only mirrors.
#pragma once

#include <map>
#include <memory>

#include "worker/admission.h"
#include "worker/context.h"
#include "worker/notice.h"
#include "worker/nursery.h"

namespace vodmill::worker {

class JobHolder {
 public:
  // All must outlive the holder.
  JobHolder(const Ports& ports, const WorkerOptions& options, const Admission& admission,
            asio::any_io_executor executor, const Notice& stopping)
      : ports_(ports),
        options_(options),
        admission_(admission),
        stopping_(stopping),
        work_(executor) {}

  // Acquires jobs until stopping; ends when the last one it holds has been settled or released.
  asio::awaitable<void> run();

  // Coordinates generations that nobody coordinates, whatever became of their messages, as far as
  // `active` allows; until stopping.
  asio::awaitable<void> adopt_orphans();

 private:
  asio::awaitable<void> hold(OfferedJob offered);
  asio::awaitable<void> coordinate(VideoId video, int generation);
  asio::awaitable<void> wait_for_end(VideoId video, int generation);
  struct Ending {
    bool completed = false;
    std::string result;  // JSON, for whoever asks the queue
  };
  Async<std::optional<Ending>> ending_of(VideoId video, int generation, int& progress);
  Async<bool> mirror(const OfferedJob& offered);
  asio::awaitable<void> release(OfferedJob offered);

  const Ports& ports_;
  const WorkerOptions& options_;
  const Admission& admission_;
  const Notice& stopping_;
  Nursery work_;
  int held_ = 0;
  // Here, now; each with the notice of its end.
  std::map<std::pair<VideoId, int>, std::shared_ptr<Notice>> coordinated_;
};

}  // namespace vodmill::worker
