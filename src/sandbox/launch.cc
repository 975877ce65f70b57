#include "sandbox/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "sandbox/pipes.h"

namespace vodmill::sandbox {
namespace {

// Dies with the parent, also when the parent died before the kernel was told so.
bool bind_to_parent(const Launch& launch) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return false;
  pollfd parent{.fd = launch.parent, .events = POLLIN, .revents = 0};
  return ::poll(&parent, 1, 0) == 0;
}

bool wait_for_go(const Launch& launch) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = ::read(launch.go, &byte, 1);
  } while (got < 0 && errno == EINTR);
  return got == 1;
}

bool say_begun(const Launch& launch) {
  constexpr Step kBegun = Step::begun;
  return ::write(launch.steps, &kBegun, 1) == 1;
}

// By system calls, for the C library's functions spare its own signals, and keep locks and books
// that the parent would find as the child leaves them.
void reset_signals() {
  constexpr std::size_t kSetBytes = _NSIG / 8;
  constexpr unsigned long kStandard[8] = {};  // longer than any kernel's sigaction; SIG_DFL is 0
  for (int signal = 1; signal < _NSIG; ++signal) {
    ::syscall(SYS_rt_sigaction, signal, kStandard, nullptr, kSetBytes);
  }
  constexpr unsigned long kNone[2] = {};
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, kNone, nullptr, kSetBytes);
}

void write_text(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  static_cast<void>(!::write(fd, text, std::strlen(text)));
  ::close(fd);
}

// Stands back behind everything else. A host that refuses one of these loses no safety. The group
// that setsid() made is where a kernel with autogroups looks for the priority.
void stand_back(const Launch& launch) {
  if (launch.cpu_group >= 0) static_cast<void>(!::write(launch.cpu_group, "0", 1));
  const sched_param parameter{};
  ::sched_setscheduler(0, launch.policy, &parameter);
  ::setpriority(PRIO_PROCESS, 0, launch.nice);
  const char nice[] = {static_cast<char>('0' + launch.nice / 10),
                       static_cast<char>('0' + launch.nice % 10), '\0'};
  write_text("/proc/self/autogroup", nice);
  write_text("/proc/self/oom_score_adj", "1000");
}

bool arrange_descriptors(const Launch& launch) {
  const int sources[] = {launch.null, launch.null, launch.errors, launch.control, launch.output};
  for (int target = 0; target < 5; ++target) {
    if (::dup2(sources[target], target) < 0) return false;
  }
  if (launch.keep_inherited) return true;
  return ::syscall(SYS_close_range, 5U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

[[noreturn]] void give_up(const Launch& launch) {
  const int error = errno;
  static_cast<void>(!::write(launch.failure, &error, sizeof error));
  ::_exit(127);
}

}  // namespace

void run_launch(const Launch& launch) {
  ::close(launch.go_writer);
  ::setsid();
  if (!bind_to_parent(launch) || !say_begun(launch) || !wait_for_go(launch)) ::_exit(127);
  reset_signals();
  if (!arrange_descriptors(launch)) give_up(launch);
  // Last: from here on it may long be kept from running, and it is in the memory of others.
  stand_back(launch);
  ::syscall(SYS_execveat, launch.executable, "", launch.arguments, launch.environment,
            AT_EMPTY_PATH);
  give_up(launch);
}

}  // namespace vodmill::sandbox
