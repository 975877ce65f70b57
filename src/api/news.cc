#include "api/news.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vodmill::api {
namespace {

constexpr Milliseconds kPause{50};
constexpr Milliseconds kLongest{1000};

}  // namespace

asio::awaitable<bool> wait_for_news(Bell& bell, net::ResponseWriter& response, std::uint64_t seen,
                                    Milliseconds longest) {
  if (response.interrupted()) co_return false;
  longest = std::min(longest, kLongest);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor, std::min(longest, kPause));
  co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  if (response.interrupted()) co_return false;
  co_await bell.wait(seen, std::max(longest - kPause, Milliseconds(0)));
  co_return !response.interrupted();
}

}  // namespace vodmill::api
