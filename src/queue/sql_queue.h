// The queue that needs nothing but the database: one table, jobs. A JobQueue.
//
// Owned by app/; used by any number of coroutines on any executors and by any number of processes
// on one database. Time is the database's clock. Nothing wakes a worker here: a commit rings the
// database's bell, and workers look again when a delay or a lock may have run out.
//
// A lock that has lapsed still works until another worker has taken the job. A settled job stays in
// the table for kSettledKept, with its result, and keeps its id from being added again; later ones
// that are settled take it away, a hundred at a time.
#pragma once

#include "core/job_queue.h"
#include "db/database.h"

namespace vodmill::queue {

inline constexpr Milliseconds kSettledKept = std::chrono::days(7);

class SqlQueue final : public JobQueue {
 public:
  // The database must have kSchema (schema.h) and outlive the queue and its calls.
  explicit SqlQueue(db::Database& database) : database_(database) {}

  std::string name() const override { return "sql"; }
  Async<> add(NewJob job) override;
  Async<std::optional<OfferedJob>> acquire(WorkerId worker, Milliseconds lock) override;
  Async<> renew(MessageId id, std::string lock, Milliseconds length, int progress) override;
  Async<> settle(MessageId id, std::string lock, bool completed, std::string result) override;
  Async<> release(MessageId id, std::string lock, Milliseconds delay) override;
  Async<std::optional<Job>> find(MessageId id) override;
  Async<JobCounts> counts() override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::queue
