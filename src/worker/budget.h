// A bounded amount of memory that coroutines share: whoever wants more than is left waits.
//
// One executor, one thread. First come, first served. Outlives every Room in it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <list>
#include <utility>

#include "core/async.h"

namespace vodmill::worker {

class Budget {
 public:
  // A part of the budget, given back when it is destroyed. Empty: holds nothing.
  class Room {
   public:
    Room() = default;
    Room(Room&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Room& operator=(Room&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Room() {
      if (budget_) budget_->give_back(bytes_);
    }

   private:
    friend class Budget;
    Room(Budget& budget, std::int64_t bytes) : budget_(&budget), bytes_(bytes) {}

    Budget* budget_ = nullptr;
    std::int64_t bytes_ = 0;
  };

  Budget(asio::any_io_executor executor, std::int64_t bytes)
      : executor_(std::move(executor)), capacity_(bytes), left_(bytes) {}

  // Waits until `bytes` are left and takes them. More than the whole budget counts as the whole.
  // Once `unwanted` is true (say so with look_again()) it waits no more and takes nothing.
  asio::awaitable<Room> take(std::int64_t bytes, const bool& unwanted);
  void look_again();

  std::int64_t taken() const { return capacity_ - left_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  void give_back(std::int64_t bytes);
  void wake_first();

  asio::any_io_executor executor_;
  const std::int64_t capacity_;
  std::int64_t left_;
  std::list<asio::steady_timer> waiting_;  // never expire; cancelled to wake
};

}  // namespace vodmill::worker
