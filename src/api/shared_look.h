// A look at something that may be slow or hang, shared by all requests that want to know at the
// same time, and told again for a moment: whoever asks often, the stores are asked seldom, and one
// that hangs is asked once.
//
// Belongs to a handler's object, which outlives its requests; runs on the server's executor.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "core/async.h"

namespace vodmill::api {

template <class T>
class SharedLook {
 public:
  using Look = std::function<asio::awaitable<T>()>;

  // patience: from a look's beginning, how long those who ask wait for it. fresh: how long an
  // answer is told again.
  SharedLook(Look look, Milliseconds patience, Milliseconds fresh)
      : look_(std::move(look)), patience_(patience), fresh_(fresh) {}

  // nullopt: there is no answer in time. The look goes on, and nobody waits for it any more.
  asio::awaitable<std::optional<T>> ask() {
    // Who stops waiting is no error here.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (answer_ && Steady::now() - answered_at_ < fresh_) co_return answer_;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    std::shared_ptr<Round> round = round_.lock();
    if (!round || round->answer) {
      round = std::make_shared<Round>(executor, patience_);
      round_ = round;
      asio::co_spawn(executor, run(round), asio::detached);
    }
    if (!round->answer) {
      co_await round->done.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return round->answer;
  }

 private:
  using Steady = std::chrono::steady_clock;

  struct Round {
    Round(const asio::any_io_executor& executor, Milliseconds patience)
        : done(executor, patience) {}
    asio::steady_timer done;  // cancelled when the answer is there
    std::optional<T> answer;
  };

  asio::awaitable<void> run(std::shared_ptr<Round> round) {
    T answer = co_await look_();
    round->answer.emplace(std::move(answer));
    answer_ = round->answer;
    answered_at_ = Steady::now();
    round->done.cancel();
  }

  const Look look_;
  const Milliseconds patience_;
  const Milliseconds fresh_;
  std::optional<T> answer_;  // the newest
  Steady::time_point answered_at_;
  // Who looks and who waits own it: its timer goes with the executor, this may go later.
  std::weak_ptr<Round> round_;
};

}  // namespace vodmill::api
