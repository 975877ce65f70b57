#include "sandbox/start_watch.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vodmill::sandbox {
namespace {

using testing::HasSubstr;

constexpr std::chrono::milliseconds kSoon{50};
constexpr std::chrono::milliseconds kLate{60'000};

// A process that only waits, in place of one between clone and exec.
class Waiting {
 public:
  Waiting() : pid_(::fork()) {
    if (pid_ == 0) {
      for (;;) ::pause();
    }
  }
  ~Waiting() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  int pidfd() const { return static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)); }

 private:
  pid_t pid_;
};

bool readable_soon(int fd) {
  pollfd awaited{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&awaited, 1, 20'000) == 1;
}

bool is_readable(int fd) {
  pollfd awaited{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&awaited, 1, 0) == 1;
}

void say_begun(const Pipes& pipes) {
  constexpr Step kBegun = Step::begun;
  ASSERT_EQ(::write(pipes.steps.theirs.get(), &kBegun, 1), 1);
}

class StartWatchTest : public testing::Test {
 protected:
  std::unique_ptr<StartWatch> begin(int namespaces, std::chrono::milliseconds longest) {
    return std::move(*StartWatch::begin(pipes_, namespaces, longest));
  }

  // As the kernel does.
  void store(StartWatch& watch) { std::atomic_ref(*watch.pidfd()).store(pidfd_.get()); }

  Waiting process_;  // before there are threads
  const Fd pidfd_{process_.pidfd()};
  const Pipes pipes_ = std::move(*make_pipes());
};

TEST_F(StartWatchTest, LetsAChildGoOnThatHasBegun) {
  const auto watch = begin(0, kLate);
  store(*watch);
  say_begun(pipes_);
  EXPECT_TRUE(readable_soon(pipes_.go.theirs.get()));
  watch->end();
  EXPECT_TRUE(watch->released().has_value());
  EXPECT_TRUE(watch->in_time().has_value());
  EXPECT_FALSE(is_readable(pidfd_.get())) << "it was killed";
}

TEST_F(StartWatchTest, EndsWhereThereIsNoChild) {
  const auto watch = begin(0, kLate);
  watch->end();
  EXPECT_TRUE(watch->in_time().has_value());
  EXPECT_FALSE(is_readable(pipes_.go.theirs.get()));
}

TEST_F(StartWatchTest, KillsAChildThatDoesNotBegin) {
  const auto watch = begin(0, kSoon);
  store(*watch);
  EXPECT_TRUE(readable_soon(pidfd_.get()));
  watch->end();
  ASSERT_FALSE(watch->in_time());
  EXPECT_THAT(watch->in_time().error().message, HasSubstr("stands still since 50 ms"));
}

TEST_F(StartWatchTest, KillsAChildThatBeginsAndGetsNoFurther) {
  const auto watch = begin(0, kSoon);
  store(*watch);
  say_begun(pipes_);
  EXPECT_TRUE(readable_soon(pidfd_.get()));
  watch->end();
  EXPECT_FALSE(watch->in_time());
}

// The clone itself may be what takes long.
TEST_F(StartWatchTest, KillsAChildThatIsThereOnlyWhenTheTimeIsOver) {
  const auto watch = begin(0, std::chrono::milliseconds(0));
  store(*watch);
  EXPECT_TRUE(readable_soon(pidfd_.get()));
  watch->end();
  EXPECT_FALSE(watch->in_time());
}

// It is in no user namespace of its own.
TEST_F(StartWatchTest, KillsAChildWhoseUsersCannotBeMapped) {
  const auto watch = begin(CLONE_NEWUSER, kLate);
  store(*watch);
  say_begun(pipes_);
  EXPECT_TRUE(readable_soon(pidfd_.get()));
  watch->end();
  EXPECT_TRUE(watch->in_time().has_value());
  ASSERT_FALSE(watch->released());
  EXPECT_THAT(watch->released().error().message, HasSubstr("/proc/"));
  EXPECT_FALSE(is_readable(pipes_.go.theirs.get()));
}

}  // namespace
}  // namespace vodmill::sandbox
