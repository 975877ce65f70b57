// Sees to one child between its clone and its exec, on a thread of its own, because the thread that
// clones is suspended until the child has its program. When the child says that it runs, the watch
// maps the users of its namespace and lets it go on; one that has no program in time is killed,
// which wakes the suspended thread.
//
// Made by start_child() just before the clone, on the cloning thread, with every signal blocked:
// the watch's thread must not run handlers either.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "base/error.h"
#include "sandbox/pipes.h"

namespace vodmill::sandbox {

class StartWatch {
 public:
  // `namespaces` are the flags of the clone. The pipes must outlive it.
  static Result<std::unique_ptr<StartWatch>> begin(const Pipes& pipes, int namespaces,
                                                   std::chrono::milliseconds longest);
  ~StartWatch() { end(); }
  StartWatch(const StartWatch&) = delete;
  StartWatch& operator=(const StartWatch&) = delete;

  // Where the kernel stores the child's pidfd before the child runs. It stays open until end().
  int* pidfd() { return &pidfd_; }

  // The clone has returned: with a child that has its program or has ended, or with none.
  void end();

  // Whether the child could be let go on: its users are mapped. REQUIRES: end().
  const Result<>& released() const { return released_; }

  // Whether it was killed for standing still. REQUIRES: end().
  const Result<>& in_time() const { return in_time_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  StartWatch(const Pipes& pipes, int namespaces, std::chrono::milliseconds longest)
      : pipes_(pipes), namespaces_(namespaces), longest_(longest) {}
  void run();
  void release();
  void give_up();
  std::optional<Step> hear_by(Deadline deadline) const;
  int pidfd_now() { return std::atomic_ref(pidfd_).load(); }
  bool kill();

  // Constant after construction.
  const Pipes& pipes_;
  const int namespaces_;
  const std::chrono::milliseconds longest_;

  int pidfd_ = -1;     // written by the kernel
  Result<> released_;  // the watch's thread's until end(), as the next
  Result<> in_time_;
  std::thread thread_;
};

}  // namespace vodmill::sandbox
