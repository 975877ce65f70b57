// The queue that carries jobs between processes. Port; worker/ takes from it, api/ counts.
// Nothing here wakes a worker: the bell does, or its next look.
//
// Holds for every adapter (tests/conformance/job_queue.h runs on each):
// * At least once: a job whose lock has lapsed is offered again. Nothing here is the right to
//   write a video; that is the catalog's lease.
// * A delayed job is offered when its time has come; among those due, lower priority number first,
//   then the owner with the fewest jobs that somebody holds (a queue that knows no owners leaves
//   this out), then the order in which they were added.
// * An offered job's lock is its own: renewing, settling or releasing with an old lock is
//   lease_lost. A lapsed lock that nobody else has taken may still work, or be lost already.
#pragma once

#include <optional>
#include <string>

#include "core/async.h"
#include "core/job.h"

namespace vodmill {

// A job this process holds, until the lock lapses.
struct OfferedJob {
  Job job;
  std::string lock;
};

class JobQueue {
 public:
  virtual ~JobQueue() = default;

  // Its name in the catalog's `messages`.
  virtual std::string name() const = 0;

  // Durable when it has returned. Adding an id that the queue knows already changes nothing.
  virtual Async<> add(NewJob job) = 0;

  // The next job, or none. Does not wait.
  virtual Async<std::optional<OfferedJob>> acquire(WorkerId worker, Milliseconds lock) = 0;

  virtual Async<> renew(MessageId id, std::string lock, Milliseconds length, int progress) = 0;

  // The end: completed, or failed for good. `result` is JSON for whoever asks the queue.
  virtual Async<> settle(MessageId id, std::string lock, bool completed, std::string result) = 0;

  // Back to waiting, or delayed: shutdown, or a failure that the queue may offer again.
  virtual Async<> release(MessageId id, std::string lock, Milliseconds delay) = 0;

  virtual Async<std::optional<Job>> find(MessageId id) = 0;
  virtual Async<JobCounts> counts() = 0;
};

// Exponential backoff with full doubling: base, 2 base, 4 base ... at most `ceiling`. attempt
// counts from 1.
Milliseconds backoff(int attempt, Milliseconds base, Milliseconds ceiling);

}  // namespace vodmill
