// Runs one coroutine to its end on an io_context of its own and hands back what it returned; an
// exception comes out as it is. For tests; blocks the calling thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "core/async.h"

namespace vodmill {

template <class T>
asio::awaitable<void> run_into(asio::awaitable<T> work, std::optional<T>& answer) {
  T value = co_await std::move(work);
  answer.emplace(std::move(value));
}

inline void run(asio::awaitable<void> work) {
  asio::io_context context(1);
  std::exception_ptr thrown;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr error) { thrown = error; });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
}

template <class T>
T run(asio::awaitable<T> work) {
  std::optional<T> answer;
  run(run_into(std::move(work), answer));
  return std::move(*answer);
}

}  // namespace vodmill
