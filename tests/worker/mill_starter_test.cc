// Mills are started beside the event loop. The mill here is one whose start waits at a door: its
// control group's file is a pipe that nobody reads yet.
#include "worker/mill_starter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/fd.h"
#include "fakes/scratch_folder.h"

namespace vodmill::worker {
namespace {

class Door {
 public:
  Door() {
    EXPECT_EQ(::mkfifo(path().c_str(), 0600), 0);
    // So that a loop that is held up makes a test fail, and not hang.
    rescue_ = std::jthread([this](std::stop_token stop) {
      std::unique_lock lock(mutex_);
      wakes_.wait_for(lock, stop, std::chrono::seconds(10), [] { return false; });
      if (!stop.stop_requested()) open();
    });
  }

  std::string path() const { return scratch_.path() / "cgroup.procs"; }
  void open() { ours_ = Fd(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)); }

 private:
  const ScratchFolder scratch_;
  Fd ours_;
  std::mutex mutex_;
  std::condition_variable_any wakes_;
  std::jthread rescue_;
};

class MillStarterTest : public testing::Test {
 protected:
  void take() {
    auto taking = [](MillStarterTest& test) -> asio::awaitable<void> {
      auto taken = co_await test.starter_.take();
      test.taken_.emplace(std::move(taken));
    };
    asio::co_spawn(context_, taking(*this), asio::detached);
  }
  // All that the loop can do while the door is shut.
  void settle() { context_.poll(); }

  Door door_;
  const sandbox::ChildOptions options_ = [this] {
    sandbox::ChildOptions options;
    options.executable = "/bin/true";
    options.cpu_group = door_.path();
    return options;
  }();
  asio::io_context context_{1};
  MillStarter starter_{options_};
  std::optional<Result<sandbox::Child>> taken_;
};

TEST_F(MillStarterTest, LetsTheLoopGoOnWhileAMillIsBeingStarted) {
  take();
  settle();
  ASSERT_FALSE(taken_);
  door_.open();
  context_.run();
  ASSERT_TRUE(taken_);
  ASSERT_TRUE(*taken_) << taken_->error().message;
  EXPECT_EQ((*taken_)->wait()->kind, sandbox::ExitKind::exited);
}

TEST_F(MillStarterTest, HandsOutNoMillThatComesUpAfterItWasStopped) {
  take();
  settle();
  ASSERT_FALSE(taken_);
  starter_.stop();
  door_.open();
  context_.run();
  ASSERT_TRUE(taken_);
  ASSERT_FALSE(*taken_);
  EXPECT_EQ(taken_->error().code, ErrorCode::cancelled);
}

TEST_F(MillStarterTest, KeepsNoSpareThatComesUpAfterItWasStopped) {
  asio::co_spawn(context_, starter_.keep_a_spare(), asio::detached);
  settle();
  starter_.stop();
  door_.open();
  context_.run();
  take();
  context_.restart();
  context_.run();
  ASSERT_TRUE(taken_);
  EXPECT_FALSE(*taken_);
}

}  // namespace
}  // namespace vodmill::worker
