#include "worker/notice.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vodmill::worker {

void Notice::give() {
  given_ = true;
  for (asio::steady_timer& timer : waiting_) timer.cancel();
}

asio::awaitable<void> Notice::wait_until(Time time) const {
  if (given_) co_return;
  const auto place = waiting_.emplace(waiting_.end(), executor_, time);
  boost::system::error_code ignored;
  co_await place->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  waiting_.erase(place);
}

asio::awaitable<void> Notice::wait() const { return wait_until(Time::max()); }

asio::awaitable<void> Notice::wait(Milliseconds longest) const {
  return wait_until(asio::steady_timer::clock_type::now() + longest);
}

}  // namespace vodmill::worker
