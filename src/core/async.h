// The type of everything that waits: a Boost.Asio coroutine that ends in a Result.
//
// A coroutine runs on the executor of whoever awaits it;
// an adapter that does blocking work moves it to its own bounded pool and comes back.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/error.h"

namespace vodmill {

namespace asio = boost::asio;

template <class T = void>
using Async = asio::awaitable<Result<T>>;

}  // namespace vodmill
