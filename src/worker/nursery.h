// Counts the coroutines that were started on the side, so that their owner can wait for the last.
//
// One executor, one thread; destroyed only when empty (join() first).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/async.h"

namespace vodmill::worker {

class Nursery {
 public:
  explicit Nursery(asio::any_io_executor executor)
      : executor_(executor), ended_(executor, asio::steady_timer::time_point::max()) {}
  ~Nursery();

  // Starts `work` on the executor. What it refers to must outlive it: join() before that ends.
  void spawn(asio::awaitable<void> work);

  // The same; an error is kept in `first_error` where there is none yet.
  void spawn(Async<> work, Result<>& first_error);

  // Returns when nothing runs any more.
  asio::awaitable<void> join();

  // Returns when one that runs now has ended; at once if nothing runs.
  asio::awaitable<void> next_end();

  std::size_t running() const { return running_; }
  asio::any_io_executor executor() const { return executor_; }

 private:
  asio::awaitable<void> counted(asio::awaitable<void> work);

  asio::any_io_executor executor_;
  asio::steady_timer ended_;  // never expires: cancelled whenever one has ended
  std::size_t running_ = 0;
};

}  // namespace vodmill::worker
