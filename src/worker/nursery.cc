#include "worker/nursery.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <exception>

namespace vodmill::worker {

namespace {

asio::awaitable<void> keep_error(Async<> work, Result<>& first_error) {
  Result<> done = co_await std::move(work);
  if (!done && first_error) first_error = std::move(done);
}

}  // namespace

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

void Nursery::spawn(Async<> work, Result<>& first_error) {
  spawn(keep_error(std::move(work), first_error));
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
