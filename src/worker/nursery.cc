#include "worker/nursery.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <exception>

namespace vodmill::worker {

Nursery::~Nursery() { assert(running_ == 0); }

asio::awaitable<void> Nursery::counted(asio::awaitable<void> work) {
  co_await std::move(work);
  --running_;
  ended_.cancel();
}

void Nursery::spawn(asio::awaitable<void> work) {
  ++running_;
  asio::co_spawn(executor_, counted(std::move(work)), [](std::exception_ptr thrown) {
    // Nothing here throws on purpose: an exception is a bug, and going on could lose data.
    if (thrown) std::rethrow_exception(thrown);
  });
}

asio::awaitable<void> Nursery::next_end() {
  if (running_ == 0) co_return;
  boost::system::error_code ignored;
  co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<void> Nursery::join() {
  while (running_ > 0) {
    co_await next_end();
  }
}

}  // namespace vodmill::worker
