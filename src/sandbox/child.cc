#include "sandbox/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "sandbox/lockdown.h"

namespace vodmill::sandbox {
namespace {

ExitKind kind_of_signal(int signal) {
  switch (signal) {
    case SIGSYS:
      return ExitKind::policy;
    case SIGXCPU:
      return ExitKind::cpu_limit;
    case SIGKILL:
      return ExitKind::killed;
    case SIGSEGV:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
      return ExitKind::crashed;
    default:
      return ExitKind::signalled;
  }
}

std::chrono::milliseconds length_of(const timeval& time) {
  return std::chrono::milliseconds(time.tv_sec * 1000 + time.tv_usec / 1000);
}

ExitStatus status_of(const siginfo_t& info, const rusage& usage) {
  ExitStatus status;
  status.value = info.si_status;
  if (info.si_code != CLD_EXITED) {
    status.kind = kind_of_signal(info.si_status);
  } else if (info.si_status == kCpuLimitExitCode) {
    status.kind = ExitKind::cpu_limit;
  }
  status.cpu_time = length_of(usage.ru_utime) + length_of(usage.ru_stime);
  status.peak_bytes = std::int64_t{usage.ru_maxrss} * 1024;
  return status;
}

}  // namespace

std::string_view name_of(ExitKind kind) {
  switch (kind) {
    case ExitKind::exited:
      return "exited";
    case ExitKind::policy:
      return "policy";
    case ExitKind::cpu_limit:
      return "cpu_limit";
    case ExitKind::killed:
      return "killed";
    case ExitKind::crashed:
      return "crashed";
    case ExitKind::signalled:
      return "signalled";
  }
  std::unreachable();
}

Child::Child(Child&& other) noexcept
    : control(std::move(other.control)),
      output(std::move(other.output)),
      errors(std::move(other.errors)),
      pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      status_(other.status_) {}

Child& Child::operator=(Child&& other) noexcept {
  Child taken(std::move(other));
  std::swap(control, taken.control);
  std::swap(output, taken.output);
  std::swap(errors, taken.errors);
  std::swap(pid_, taken.pid_);
  std::swap(pidfd_, taken.pidfd_);
  std::swap(status_, taken.status_);
  return *this;
}

Child::~Child() {
  if (!pidfd_ || status_) return;
  kill();
  static_cast<void>(reap(0));
}

void Child::kill() {
  if (pidfd_ && !status_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

Result<ExitStatus> Child::wait() {
  const auto status = TRY(reap(0));
  return *status;
}

Result<std::optional<ExitStatus>> Child::try_wait() { return reap(WNOHANG); }

Result<std::optional<ExitStatus>> Child::reap(int flags) {
  if (status_) return status_;
  siginfo_t info{};
  rusage usage{};
  while (::syscall(SYS_waitid, P_PIDFD, pidfd_.get(), &info, WEXITED | flags, &usage) != 0) {
    if (errno != EINTR) return fail_errno("wait for a mill", errno);
  }
  if (info.si_pid != 0) status_ = status_of(info, usage);
  return status_;
}

Result<std::int64_t> resident_bytes(pid_t pid) {
  std::ifstream statm(fmt::format("/proc/{}/statm", pid));
  std::int64_t size = 0, resident = 0;
  if (!(statm >> size >> resident) || size == 0) {
    return fail(ErrorCode::not_found, fmt::format("Process {} has no memory to count.", pid));
  }
  return resident * ::sysconf(_SC_PAGESIZE);
}

Result<std::chrono::milliseconds> cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    return fail(ErrorCode::not_found, fmt::format("Process {} has no clock.", pid));
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace vodmill::sandbox
