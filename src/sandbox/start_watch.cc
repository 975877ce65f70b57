#include "sandbox/start_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace vodmill::sandbox {
namespace {

constexpr std::chrono::milliseconds kKillAgainAfter{20};

Result<> write_file(const std::string& path, std::string_view text) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open " + path, errno);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail_errno("write " + path, errno);
  }
  return {};
}

// As /proc names it: the child itself may be number 1 of its own namespace.
Result<pid_t> pid_of(int pidfd) {
  std::ifstream info(fmt::format("/proc/self/fdinfo/{}", pidfd));
  for (std::string word; info >> word;) {
    pid_t pid = -1;
    if (word == "Pid:" && info >> pid && pid > 0) return pid;
  }
  return fail(ErrorCode::internal_error, "a mill's number is not known");
}

// The superuser keeps its id for the loading of libraries and gets 65534 to become (lockdown.h);
// anyone else is mapped to 0, which owns the namespace and nothing outside.
Result<> map_users(pid_t pid) {
  const std::string process = fmt::format("/proc/{}/", pid);
  if (::geteuid() == 0) {
    constexpr std::string_view kMap = "0 0 1\n65534 65534 1\n";
    TRY_VOID(write_file(process + "gid_map", kMap));
    return write_file(process + "uid_map", kMap);
  }
  TRY_VOID(write_file(process + "setgroups", "deny"));
  TRY_VOID(write_file(process + "gid_map", fmt::format("0 {} 1\n", ::getegid())));
  return write_file(process + "uid_map", fmt::format("0 {} 1\n", ::geteuid()));
}

Result<> map_users_if_own(int namespaces, int pidfd) {
  if ((namespaces & CLONE_NEWUSER) == 0) return {};
  const pid_t pid = TRY(pid_of(pidfd));
  return map_users(pid);
}

}  // namespace

Result<std::unique_ptr<StartWatch>> StartWatch::begin(const Pipes& pipes, int namespaces,
                                                      std::chrono::milliseconds longest) {
  std::unique_ptr<StartWatch> watch(new StartWatch(pipes, namespaces, longest));
  try {
    watch->thread_ = std::thread([&watched = *watch] { watched.run(); });
  } catch (const std::system_error& error) {  // too many threads
    return fail_errno("start a thread", error.code().value());
  }
  return watch;
}

void StartWatch::end() {
  if (!thread_.joinable()) return;
  constexpr Step kOver = Step::over;
  static_cast<void>(!::write(pipes_.steps.theirs.get(), &kOver, 1));
  thread_.join();
}

void StartWatch::run() {
  const Deadline deadline = std::chrono::steady_clock::now() + longest_;
  std::optional<Step> step = hear_by(deadline);
  if (step == Step::begun) {
    release();
    step = hear_by(deadline);
  }
  if (!step) give_up();
}

void StartWatch::release() {
  released_ = map_users_if_own(namespaces_, pidfd_now());
  if (released_ && ::write(pipes_.go.ours.get(), "g", 1) != 1) {
    released_ = fail_errno("let it go on", errno);
  }
  if (!released_) kill();
}

void StartWatch::give_up() {
  in_time_ =
      fail(ErrorCode::internal_error, fmt::format("it stands still since {} ms", longest_.count()));
  // There may be none to kill yet.
  while (!kill() && hear_by(std::chrono::steady_clock::now() + kKillAgainAfter) != Step::over) {
  }
}

// The next step, or nothing if none comes by then.
std::optional<Step> StartWatch::hear_by(Deadline deadline) const {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd poll{.fd = pipes_.steps.ours.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&poll, 1, std::max(0, static_cast<int>(left.count())));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    Step step{};
    if (::read(pipes_.steps.ours.get(), &step, 1) == 1) return step;
  }
}

bool StartWatch::kill() {
  return ::syscall(SYS_pidfd_send_signal, pidfd_now(), SIGKILL, nullptr, 0) == 0;
}

}  // namespace vodmill::sandbox
