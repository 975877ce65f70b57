// Something that becomes true once, and wakes the coroutines that sleep until it does: a worker is
// stopping, a task has ended.
//
// One executor, one thread. Outlives everybody who waits for it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>

#include "base/clock.h"
#include "core/async.h"

namespace vodmill::worker {

class Notice {
 public:
  explicit Notice(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Notice(const Notice&) = delete;
  Notice& operator=(const Notice&) = delete;

  bool given() const { return given_; }
  void give();

  // Returns once it is given, at once if it has been.
  asio::awaitable<void> wait() const;

  // The same, but after `longest` at the latest.
  asio::awaitable<void> wait(Milliseconds longest) const;

 private:
  using Time = asio::steady_timer::time_point;
  asio::awaitable<void> wait_until(Time time) const;

  asio::any_io_executor executor_;
  bool given_ = false;
  mutable std::list<asio::steady_timer> waiting_;  // of those who may only wait
};

}  // namespace vodmill::worker
