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
  explicit Nursery(asio::any_io_executor executor) : executor_(executor), empty_(executor) {}
  ~Nursery();

  // Starts `work` on the executor. What it refers to must outlive it: join() before that ends.
  void spawn(asio::awaitable<void> work);

  asio::awaitable<void> join();

  std::size_t running() const { return running_; }
  asio::any_io_executor executor() const { return executor_; }

 private:
  asio::awaitable<void> counted(asio::awaitable<void> work);

  asio::any_io_executor executor_;
  asio::steady_timer empty_;  // never expires: cancelled when the last has ended
  std::size_t running_ = 0;
};

}  // namespace vodmill::worker
