// Work that waits for a database thread, with whoever waits for its answer. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "db/group_writer.h"

namespace vodmill::db {

struct Job {
  Work work;
  std::move_only_function<void(Result<>)> answer;  // called once, from any thread
};

class Backlog {
 public:
  // A closed backlog answers storage_unavailable at once.
  void push(Job job);

  // Waits for work and takes up to `limit` of it, in its order; empty once closed and drained.
  std::vector<Job> take(std::size_t limit);

  // Appends what is there now to `taken`, up to `limit` in all. Does not wait.
  void take_more(std::vector<Job>& taken, std::size_t limit);

  void close();

 private:
  void move_to(std::vector<Job>& taken, std::size_t limit);

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_
  std::deque<Job> jobs_;
  bool closed_ = false;
};

}  // namespace vodmill::db
