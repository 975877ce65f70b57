#include "db/backlog.h"

namespace vodmill::db {

void Backlog::push(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      jobs_.push_back(std::move(job));
      changed_.notify_one();
      return;
    }
  }
  job.answer(fail(ErrorCode::storage_unavailable, "database: it is being closed"));
}

std::vector<Job> Backlog::take(std::size_t limit) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
  std::vector<Job> taken;
  move_to(taken, limit);
  return taken;
}

void Backlog::take_more(std::vector<Job>& taken, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  move_to(taken, limit);
}

void Backlog::move_to(std::vector<Job>& taken, std::size_t limit) {
  while (!jobs_.empty() && taken.size() < limit) {
    taken.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
}

void Backlog::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace vodmill::db
