#include "queue/sql_queue.h"

#include "base/random.h"
#include "queue/sql_statements.h"

namespace vodmill::queue {
namespace {

Result<Job> job_from(const db::Row& row) {
  const auto state = job_state_from(row.text(3));
  if (!state) {
    return fail(ErrorCode::internal_error,
                "The job " + row.text(0) + " has the unknown state " + row.text(3) + ".");
  }
  Job job;
  job.id = MessageId(row.text(0));
  job.video = VideoId(row.text(1));
  job.generation = static_cast<int>(row.integer(2));
  job.state = *state;
  job.priority = static_cast<int>(row.integer(4));
  job.attempts = static_cast<int>(row.integer(5));
  job.progress = static_cast<int>(row.integer(6));
  job.result = row.text(7);
  return job;
}

// The answer of a statement that only the lock's holder may run.
Result<> if_still_held(Result<db::Rows> rows, const MessageId& id) {
  if (!rows) return fail(std::move(rows).error());
  if (rows->affected == 1) return {};
  return fail(ErrorCode::lease_lost, "The lock on the job " + id.str() + " is no longer ours.");
}

Result<std::optional<OfferedJob>> acquire_in(db::Transaction& transaction, const WorkerId& worker,
                                             const std::string& lock, Milliseconds length) {
  for (;;) {
    const db::Rows taken =
        TRY(transaction.execute(kAcquireJob, {worker.str(), lock, length.count()}));
    if (!taken.empty()) return OfferedJob{TRY(job_from(taken[0])), lock};
    // Nothing, or another process was quicker with the first of several.
    const db::Rows due = TRY(transaction.execute(kAnyJobDue));
    if (due.empty()) return std::nullopt;
  }
}

std::int64_t& count_of(JobCounts& counts, JobState state) {
  switch (state) {
    case JobState::waiting:
      return counts.waiting;
    case JobState::delayed:
      return counts.delayed;
    case JobState::active:
      return counts.active;
    case JobState::completed:
      return counts.completed;
    case JobState::failed:
      return counts.failed;
  }
  std::unreachable();
}

}  // namespace

Async<> SqlQueue::add(NewJob job) {
  auto insert = [job = std::move(job)](db::Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(kAddJob, {job.id.str(), job.video.str(), job.generation,
                                           job.priority, job.delay.count(), job.owner}));
    return {};
  };
  co_return co_await database_.write(std::move(insert));
}

// Workers look whenever something has changed anywhere: that there is nothing costs no write.
Async<std::optional<OfferedJob>> SqlQueue::acquire(WorkerId worker, Milliseconds lock) {
  auto look = [](db::Transaction& transaction) -> Result<bool> {
    const db::Rows due = TRY(transaction.execute(kAnyJobDue));
    return !due.empty();
  };
  Result<bool> is_one_due = co_await database_.read(std::move(look));
  if (!is_one_due) co_return fail(std::move(is_one_due).error());
  if (!*is_one_due) co_return std::nullopt;
  auto take = [worker = std::move(worker), id = random_id(), lock](db::Transaction& transaction) {
    return acquire_in(transaction, worker, id, lock);
  };
  co_return co_await database_.write(std::move(take));
}

Async<> SqlQueue::renew(MessageId id, std::string lock, Milliseconds length, int progress) {
  auto extend = [id = std::move(id), lock = std::move(lock), length,
                 progress](db::Transaction& transaction) {
    return if_still_held(transaction.execute(kRenewJob, {id.str(), lock, length.count(), progress}),
                         id);
  };
  co_return co_await database_.write(std::move(extend));
}

Async<> SqlQueue::settle(MessageId id, std::string lock, bool completed, std::string result) {
  const JobState state = completed ? JobState::completed : JobState::failed;
  auto end = [id = std::move(id), lock = std::move(lock), state,
              result = std::move(result)](db::Transaction& transaction) -> Result<> {
    TRY_VOID(if_still_held(
        transaction.execute(kSettleJob, {id.str(), lock, name_of(state), result}), id));
    TRY_VOID(transaction.execute(kForgetJobs, {std::int64_t{kSettledKept.count()}}));
    return {};
  };
  co_return co_await database_.write(std::move(end));
}

Async<> SqlQueue::release(MessageId id, std::string lock, Milliseconds delay) {
  auto give_back = [id = std::move(id), lock = std::move(lock),
                    delay](db::Transaction& transaction) {
    return if_still_held(transaction.execute(kReleaseJob, {id.str(), lock, delay.count()}), id);
  };
  co_return co_await database_.write(std::move(give_back));
}

Async<std::optional<Job>> SqlQueue::find(MessageId id) {
  auto look = [id = std::move(id)](db::Transaction& transaction) -> Result<std::optional<Job>> {
    const db::Rows rows = TRY(transaction.execute(kFindJob, {id.str()}));
    if (rows.empty()) return std::nullopt;
    return TRY(job_from(rows[0]));
  };
  co_return co_await database_.read(std::move(look));
}

Async<JobCounts> SqlQueue::counts() {
  auto look = [](db::Transaction& transaction) -> Result<JobCounts> {
    JobCounts counts;
    const db::Rows rows = TRY(transaction.execute(kCountJobs));
    for (const db::Row& row : rows.rows) {
      if (const auto state = job_state_from(row.text(0))) {
        count_of(counts, *state) = row.integer(1);
      }
    }
    return counts;
  };
  co_return co_await database_.read(std::move(look));
}

}  // namespace vodmill::queue
