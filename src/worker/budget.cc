#include "worker/budget.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vodmill::worker {

asio::awaitable<Budget::Room> Budget::take(std::int64_t bytes, const bool& unwanted) {
  bytes = std::min(bytes, capacity_);
  if (left_ < bytes || !waiting_.empty()) {
    const auto place = waiting_.emplace(waiting_.end(), executor_);
    while (!unwanted && (place != waiting_.begin() || left_ < bytes)) {
      place->expires_at(asio::steady_timer::time_point::max());
      boost::system::error_code ignored;
      co_await place->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    waiting_.erase(place);
  }
  Room room;
  if (!unwanted) {
    left_ -= bytes;
    room = Room(*this, bytes);
  }
  wake_first();
  co_return room;
}

void Budget::look_again() {
  for (asio::steady_timer& timer : waiting_) timer.cancel();
}

void Budget::give_back(std::int64_t bytes) {
  left_ += bytes;
  wake_first();
}

void Budget::wake_first() {
  if (!waiting_.empty()) waiting_.front().cancel();
}

}  // namespace vodmill::worker
