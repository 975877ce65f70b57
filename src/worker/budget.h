// A bounded amount of memory that coroutines share: whoever wants more than is left waits.
//
// One executor, one thread. First come, first served.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <list>

#include "core/async.h"

namespace vodmill::worker {

class Budget {
 public:
  Budget(asio::any_io_executor executor, std::int64_t bytes)
      : executor_(executor), capacity_(bytes), left_(bytes) {}

  // Waits until `bytes` are left and takes them. More than the whole budget counts as the whole.
  asio::awaitable<void> take(std::int64_t bytes);
  void give_back(std::int64_t bytes);

  std::int64_t taken() const { return capacity_ - left_; }

 private:
  void wake_first();

  asio::any_io_executor executor_;
  const std::int64_t capacity_;
  std::int64_t left_;
  std::list<asio::steady_timer> waiting_;  // never expire; the first one is cancelled to wake it
};

}  // namespace vodmill::worker
