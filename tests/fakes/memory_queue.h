// A JobQueue in memory on a given clock, stricter than the real ones: a lapsed lock is lost at
// once, whether or not another worker has taken the job. Tests make it fail. Thread-safe.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "core/job_queue.h"

namespace vodmill {

class MemoryQueue final : public JobQueue {
 public:
  // The clock must outlive the queue.
  explicit MemoryQueue(const Clock& clock) : clock_(clock) {}

  // Every call ends with `error`, until it is told std::nullopt.
  void fail_all(std::optional<Error> error) {
    const std::lock_guard hold(mutex_);
    outage_ = std::move(error);
  }

  std::string name() const override { return "memory"; }

  Async<> add(NewJob job) override {
    const std::lock_guard hold(mutex_);
    if (outage_) co_return fail(*outage_);
    if (entry_of(job.id)) co_return Result<>();
    Entry entry;
    entry.job.id = job.id;
    entry.job.video = job.video;
    entry.job.generation = job.generation;
    entry.job.priority = job.priority;
    entry.due = clock_.now() + job.delay;
    entry.owner = job.owner;
    entries_.emplace(std::pair(job.priority, ++added_), std::move(entry));
    co_return Result<>();
  }

  Async<std::optional<OfferedJob>> acquire(WorkerId worker, Milliseconds lock) override {
    const std::lock_guard hold(mutex_);
    if (outage_) co_return fail(*outage_);
    if (worker.empty() || lock.count() <= 0) {
      co_return fail(ErrorCode::internal_error, "acquire needs a worker and a lock's length");
    }
    Entry* next = nullptr;
    for (auto& [order, entry] : entries_) {
      if (entry.settled() || entry.due > clock_.now()) continue;
      if (next && entry.job.priority != next->job.priority) break;
      if (!next || held_of(entry.owner) < held_of(next->owner)) next = &entry;
    }
    if (!next) co_return std::nullopt;
    next->job.state = JobState::active;
    next->job.attempts += 1;
    next->due = clock_.now() + lock;
    next->lock = random_id();
    co_return OfferedJob{next->job, next->lock};
  }

  Async<> renew(MessageId id, std::string lock, Milliseconds length, int progress) override {
    const std::lock_guard hold(mutex_);
    Result<Entry*> entry = held(id, lock);
    if (!entry) co_return fail(std::move(entry).error());
    (*entry)->due = clock_.now() + length;
    (*entry)->job.progress = progress;
    co_return Result<>();
  }

  Async<> settle(MessageId id, std::string lock, bool completed, std::string result) override {
    const std::lock_guard hold(mutex_);
    Result<Entry*> entry = held(id, lock);
    if (!entry) co_return fail(std::move(entry).error());
    Job& job = (*entry)->job;
    job.state = completed ? JobState::completed : JobState::failed;
    if (completed) job.progress = 100;
    job.result = std::move(result);
    co_return Result<>();
  }

  Async<> release(MessageId id, std::string lock, Milliseconds delay) override {
    const std::lock_guard hold(mutex_);
    Result<Entry*> entry = held(id, lock);
    if (!entry) co_return fail(std::move(entry).error());
    (*entry)->job.state = JobState::waiting;
    (*entry)->due = clock_.now() + delay;
    co_return Result<>();
  }

  Async<std::optional<Job>> find(MessageId id) override {
    const std::lock_guard hold(mutex_);
    if (outage_) co_return fail(*outage_);
    const Entry* entry = entry_of(id);
    if (!entry) co_return std::nullopt;
    co_return shown(*entry);
  }

  Async<JobCounts> counts() override {
    const std::lock_guard hold(mutex_);
    if (outage_) co_return fail(*outage_);
    std::map<JobState, std::int64_t> numbers;
    for (const auto& [order, entry] : entries_) ++numbers[shown(entry).state];
    co_return JobCounts{numbers[JobState::waiting], numbers[JobState::delayed],
                        numbers[JobState::active], numbers[JobState::completed],
                        numbers[JobState::failed]};
  }

 private:
  struct Entry {
    Job job;
    Timestamp due;  // of a waiting job its delay, of an active one the end of its lock
    std::string lock;
    std::string owner;

    bool settled() const {
      return job.state == JobState::completed || job.state == JobState::failed;
    }
  };

  std::int64_t held_of(const std::string& owner) const {
    return std::ranges::count_if(entries_, [&](const auto& each) {
      const Entry& entry = each.second;
      return entry.owner == owner && entry.job.state == JobState::active &&
             entry.due > clock_.now();
    });
  }

  Entry* entry_of(const MessageId& id) {
    for (auto& [order, entry] : entries_) {
      if (entry.job.id == id) return &entry;
    }
    return nullptr;
  }

  Result<Entry*> held(const MessageId& id, const std::string& lock) {
    if (outage_) return fail(*outage_);
    Entry* entry = entry_of(id);
    const bool live = entry && entry->job.state == JobState::active && entry->lock == lock &&
                      entry->due > clock_.now();
    if (!live) return fail(ErrorCode::lease_lost, "The lock on " + id.str() + " is lost.");
    return entry;
  }

  Job shown(const Entry& entry) const {
    Job job = entry.job;
    const bool due = entry.due <= clock_.now();
    if (job.state == JobState::waiting && !due) job.state = JobState::delayed;
    if (job.state == JobState::active && due) job.state = JobState::waiting;
    return job;
  }

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::pair<int, std::int64_t>, Entry> entries_;  // in the order in which they are offered
  std::int64_t added_ = 0;
  std::optional<Error> outage_;
};

}  // namespace vodmill
