#include "db/change_bell.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vodmill::db {
namespace {

constexpr Milliseconds kWatchEvery{50};

}  // namespace

void ChangeBell::State::add(std::uint64_t seen, Milliseconds longest, std::uint64_t waiter,
                            Wake wake) {
  {
    const std::lock_guard lock(mutex);
    if (!stopped && count == seen && longest.count() > 0) {
      waiters.emplace(waiter, Waiter{std::chrono::steady_clock::now() + longest, std::move(wake)});
      changed.notify_one();
      return;
    }
  }
  wake();
}

void ChangeBell::State::remove(std::uint64_t waiter) {
  Wake wake;
  {
    const std::lock_guard lock(mutex);
    const auto found = waiters.find(waiter);
    if (found == waiters.end()) return;
    wake = std::move(found->second.wake);
    waiters.erase(found);
  }
  wake();
}

void ChangeBell::State::wake_all() {
  std::map<std::uint64_t, Waiter> woken;
  {
    const std::lock_guard lock(mutex);
    woken.swap(waiters);
  }
  for (auto& [id, waiter] : woken) waiter.wake();
}

void ChangeBell::State::ring() {
  ++count;
  wake_all();
}

void ChangeBell::State::expire(SteadyTime now) {
  std::vector<Wake> woken;
  {
    const std::lock_guard lock(mutex);
    for (auto it = waiters.begin(); it != waiters.end();) {
      const auto current = it++;
      if (current->second.deadline > now) continue;
      woken.push_back(std::move(current->second.wake));
      waiters.erase(current);
    }
  }
  for (Wake& wake : woken) wake();
}

ChangeBell::ChangeBell(Watch watch)
    : state_(std::make_shared<State>()),
      watch_(std::move(watch)),
      thread_([this] { watch_loop(); }) {}

ChangeBell::~ChangeBell() { stop(); }

void ChangeBell::ring() { state_->ring(); }

std::uint64_t ChangeBell::count() const { return state_->count; }

void ChangeBell::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    state_->changed.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  state_->wake_all();
}

asio::awaitable<void> ChangeBell::wait(std::uint64_t seen, Milliseconds longest) {
  auto initiate = [state = state_, seen, longest](auto handler) {
    std::uint64_t waiter = 0;
    {
      const std::lock_guard lock(state->mutex);
      waiter = ++state->next_waiter;
    }
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([state, waiter](asio::cancellation_type) { state->remove(waiter); });
    }
    auto guard = asio::make_work_guard(handler);
    auto wake = [guard = std::move(guard), handler = std::move(handler)]() mutable {
      asio::post(guard.get_executor(), std::move(handler));
    };
    state->add(seen, longest, waiter, std::move(wake));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiate),
                                                                     asio::use_awaitable);
}

void ChangeBell::watch_loop() {
  std::unique_lock lock(state_->mutex);
  while (!state_->stopped) {
    if (state_->waiters.empty()) {
      state_->changed.wait(lock);
      continue;
    }
    lock.unlock();
    if (watch_ && watch_()) state_->ring();
    state_->expire(std::chrono::steady_clock::now());
    lock.lock();
    SteadyTime next = std::chrono::steady_clock::now() + kWatchEvery;
    for (const auto& [id, waiter] : state_->waiters) next = std::min(next, waiter.deadline);
    if (!state_->stopped && !state_->waiters.empty()) state_->changed.wait_until(lock, next);
  }
}

}  // namespace vodmill::db
