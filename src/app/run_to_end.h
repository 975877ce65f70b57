// One coroutine run to its end, for commands that do one thing and wait for it. Everything runs on
// the calling thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "core/async.h"

namespace vodmill::app {

// What `work` gives, when it and everything else on `context` has ended.
template <class T>
T run_to_end(asio::io_context& context, asio::awaitable<T> work) {
  std::optional<T> given;
  asio::co_spawn(context, std::move(work), [&given](std::exception_ptr thrown, T value) {
    if (thrown) std::rethrow_exception(thrown);
    given = std::move(value);
  });
  context.run();
  return std::move(*given);
}

}  // namespace vodmill::app
