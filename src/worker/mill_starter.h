// Starts the mills of one worker, keeps one spare, and knows whether they come up: started,
// and locked in by the sandbox.
//
// A spare is loaded and locked and waits for a task: that is 0.1 s less before each. It also tells
// of a host on which no mill comes up before a video has to. One executor, one thread; the starting
// itself, which waits for an exec in the lowest CPU class, is done on a thread of its own, so that
// no request waits for it. Owned by the TaskRunner.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/async.h"
#include "core/blocking_pool.h"
#include "sandbox/child.h"

namespace vodmill::worker {

class MillStarter {
 public:
  // The options must outlive it, and it the mills that it has started.
  explicit MillStarter(const sandbox::ChildOptions& options) : options_(options) {}

  // The spare if it lives, else a new one. cancelled if stop() comes meanwhile.
  Async<sandbox::Child> take();

  // Starts a spare where there is none, and none is on its way.
  asio::awaitable<void> keep_a_spare();

  // Sees whether the spare has come up, and takes another for one that has ended; at most once a
  // second. Called while there is nothing else to do.
  asio::awaitable<void> look();

  // What became of a mill that was taken.
  void has_locked();
  void has_not_locked(std::string_view why);

  // Ends the spare; from now on there is none. One that is on its way ends as soon as it is there.
  void stop();

  // Why no mill comes up, as a sentence for people; "" while they do.
  std::string trouble() const;

 private:
  Async<sandbox::Child> start();
  void judge_ended_spare();

  const sandbox::ChildOptions& options_;
  std::optional<sandbox::Child> spare_;
  std::optional<std::chrono::steady_clock::time_point> looked_at_;
  bool spare_comes_ = false;
  bool stopped_ = false;
  bool mills_start_ = true;
  bool mills_lock_ = true;
  BlockingPool starting_{1};  // one thread, for a mill ends with the thread that has started it
};

}  // namespace vodmill::worker
