#include "worker/budget.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vodmill::worker {

asio::awaitable<void> Budget::take(std::int64_t bytes) {
  bytes = std::min(bytes, capacity_);
  while (left_ < bytes || !waiting_.empty()) {
    const auto place = waiting_.emplace(waiting_.end(), executor_);
    place->expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code ignored;
    co_await place->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const bool was_first = place == waiting_.begin();
    waiting_.erase(place);
    if (was_first && left_ >= bytes) break;
  }
  left_ -= bytes;
  wake_first();
}

void Budget::give_back(std::int64_t bytes) {
  left_ += std::min(bytes, capacity_);
  wake_first();
}

void Budget::wake_first() {
  if (!waiting_.empty() && left_ > 0) waiting_.front().cancel();
}

}  // namespace vodmill::worker
