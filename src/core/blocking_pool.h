// A few threads for calls that wait for a disk or compute for long, so that no event loop ever
// does.
//
// Owned by whoever makes those calls: a store, the API. run() may be called from any coroutine; its
// result arrives on that coroutine's executor. A call that has begun always ends, cancelled or not:
// what it borrows from the awaiting coroutine stays alive until then.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>
#include <utility>

#include "core/async.h"

namespace vodmill {

class BlockingPool {
 public:
  // REQUIRES: threads > 0. At most this many calls run at once; the others wait in order.
  explicit BlockingPool(int threads) : threads_(static_cast<std::size_t>(threads)) {}

  // Waits for everything that was begun.
  ~BlockingPool() { threads_.join(); }
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // What `work()` returns, computed on one of the threads.
  template <class Work>
  asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
    using Value = std::invoke_result_t<Work&>;
    auto initiate = [this](auto handler, Work job) {
      auto back = asio::make_work_guard(asio::get_associated_executor(handler));
      asio::post(threads_, [handler = std::move(handler), job = std::move(job),
                            back = std::move(back)]() mutable {
        asio::post(back.get_executor(), [handler = std::move(handler), value = job()]() mutable {
          std::move(handler)(std::move(value));
        });
      });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Value)>(
        std::move(initiate), asio::use_awaitable, std::move(work));
  }

  // Runs `work()` some time before the pool's end; nobody waits for it.
  template <class Work>
  void post(Work work) {
    asio::post(threads_, std::move(work));
  }

 private:
  asio::thread_pool threads_;
};

}  // namespace vodmill
