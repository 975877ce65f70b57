// The Bell of a database: rung by its own commits, and by a watch for those of other processes.
//
// While somebody waits, a thread runs the watch every 50 ms and ends the waits that have lasted
// long enough; otherwise it sleeps. Waiters resume on their own executors. Thread-safe. stop() ends
// every wait and joins the thread.
#pragma once

#include <atomic>
#include <boost/asio/cancellation_type.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/bell.h"

namespace vodmill::db {

class ChangeBell final : public Bell {
 public:
  // True if the database has changed since it was last asked. Called from the bell's thread alone.
  using Watch = std::move_only_function<bool()>;

  // Without a watch only ring() rings.
  explicit ChangeBell(Watch watch = {});
  ~ChangeBell() override;
  ChangeBell(const ChangeBell&) = delete;
  ChangeBell& operator=(const ChangeBell&) = delete;

  void ring() override;
  std::uint64_t count() const override;
  asio::awaitable<void> wait(std::uint64_t seen, Milliseconds longest) override;

  void stop();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  using Wake = std::move_only_function<void()>;

  struct Waiter {
    SteadyTime deadline;
    Wake wake;  // posts to the waiter's executor
  };

  // Outlives the bell where a cancelled waiter still refers to it.
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::atomic<std::uint64_t> count = 0;
    // Guarded by mutex
    std::map<std::uint64_t, Waiter> waiters;
    std::uint64_t next_waiter = 0;
    bool stopped = false;

    void add(std::uint64_t seen, Milliseconds longest, std::uint64_t waiter, Wake wake);
    void remove(std::uint64_t waiter);
    void ring();
    void expire(SteadyTime now);
    void wake_all();
  };

  void watch_loop();

  const std::shared_ptr<State> state_;
  Watch watch_;
  std::jthread thread_;
};

}  // namespace vodmill::db
