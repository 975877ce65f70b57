#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "sandbox/child.h"
#include "sandbox/launch.h"
#include "sandbox/lockdown.h"
#include "sandbox/namespaces.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

namespace vodmill::sandbox {
namespace {

constexpr int kLowestFd = 10;        // above those that the child will have
constexpr int kPipeBytes = 1 << 20;  // fewer wake-ups; a host may refuse

struct Pair {
  Fd ours;
  Fd theirs;
};

Result<Fd> raised(Fd fd) {
  if (fd.get() >= kLowestFd) return std::move(fd);
  Fd higher(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kLowestFd));
  if (!higher) return fail_errno("dup", errno);
  return higher;
}

// One-way: the child writes to theirs.
Result<Pair> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("pipe", errno);
  Fd reader(ends[0]);
  Fd writer(ends[1]);
  return Pair{TRY(raised(std::move(reader))), TRY(raised(std::move(writer)))};
}

Result<Pair> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail_errno("socketpair", errno);
  }
  Fd first(ends[0]);
  Fd second(ends[1]);
  return Pair{TRY(raised(std::move(first))), TRY(raised(std::move(second)))};
}

struct Pipes {
  Pair control, output, errors, failure, go;
};

Result<Pipes> make_pipes() {
  Pipes pipes{.control = TRY(make_socket_pair()),
              .output = TRY(make_pipe()),
              .errors = TRY(make_pipe()),
              .failure = TRY(make_pipe()),
              .go = TRY(make_pipe())};
  ::fcntl(pipes.output.ours.get(), F_SETPIPE_SZ, kPipeBytes);
  return pipes;
}

Launch with_pipes(Launch launch, const Pipes& pipes) {
  launch.control = pipes.control.theirs.get();
  launch.output = pipes.output.theirs.get();
  launch.errors = pipes.errors.theirs.get();
  launch.failure = pipes.failure.theirs.get();
  launch.go = pipes.go.ours.get();
  launch.go_writer = pipes.go.theirs.get();
  return launch;
}

Result<Fd> open_at(const std::string& path, int flags) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd) return fail_errno("open " + path, errno);
  return raised(std::move(fd));
}

Result<> write_file(const std::string& path, std::string_view text) {
  const Fd fd = TRY(open_at(path, O_WRONLY));
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail_errno("write " + path, errno);
  }
  return {};
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

std::vector<std::string> environment_of(const ChildOptions& options) {
  std::vector<std::string> environment{
      "MALLOC_ARENA_MAX=2", std::string(kOutsideVariable) + "=" + all_namespace_identities()};
#ifdef VODMILL_SANITIZED
  environment.emplace_back("ASAN_OPTIONS=detect_leaks=0");  // would need ptrace
#endif
  environment.insert(environment.end(), options.extra_environment.begin(),
                     options.extra_environment.end());
  return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

int policy_of(Scheduling scheduling) {
  switch (scheduling) {
    case Scheduling::normal:
      return SCHED_OTHER;
    case Scheduling::batch:
      return SCHED_BATCH;
    case Scheduling::idle:
      return SCHED_IDLE;
  }
  std::unreachable();
}

// The sets of namespaces to try, best first.
std::vector<int> namespace_choices(LayerSet off) {
  int wanted = 0;
  for (Layer layer : all_layers()) {
    if (is_namespace(layer) && !off.contains(layer)) wanted |= clone_flag(layer);
  }
  std::vector<int> choices{wanted};
  if (::geteuid() == 0 && (wanted & CLONE_NEWUSER) != 0) choices.push_back(wanted & ~CLONE_NEWUSER);
  if (wanted != 0) choices.push_back(0);
  return choices;
}

// A copy of this process that runs `launch`. Like fork() but into namespaces; signal handlers of
// ours must not run in the copy, so signals wait meanwhile.
pid_t clone_process(int namespaces, const Launch& launch, Fd& pidfd) {
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  int descriptor = -1;
  const long pid =
      ::syscall(SYS_clone, static_cast<unsigned long>(namespaces | CLONE_PIDFD | SIGCHLD), nullptr,
                &descriptor, nullptr, nullptr);
  if (pid == 0) run_launch(launch);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pidfd.reset(descriptor);
  errno = error;
  return static_cast<pid_t>(pid);
}

Result<> wait_until_readable(const Fd& fd, std::chrono::milliseconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd poll{.fd = fd.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&poll, 1, std::max(0, static_cast<int>(left.count())));
    if (ready > 0) return {};
    if (ready == 0) {
      return fail(ErrorCode::internal_error,
                  fmt::format("start a mill: it stands still since {} ms", longest.count()));
    }
    if (errno != EINTR) return fail_errno("start a mill", errno);
  }
}

// Lets the waiting child go on, and waits for its exec: its end of `failure` closes, or brings an
// errno.
Result<> release(Pipes& pipes, std::chrono::milliseconds longest) {
  pipes.failure.theirs.reset();
  if (::write(pipes.go.theirs.get(), "g", 1) != 1) return fail_errno("start a mill", errno);
  TRY_VOID(wait_until_readable(pipes.failure.ours, longest));
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(pipes.failure.ours.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return {};
  return fail_errno("start a mill", got < 0 ? errno : error);
}

}  // namespace

Result<> clone_into(int namespaces, const Launch& launch, Child& child) {
  child.pid_ = clone_process(namespaces, launch, child.pidfd_);
  if (child.pid_ < 0) return fail_errno("clone", errno);
  return (namespaces & CLONE_NEWUSER) != 0 ? map_users(child.pid_) : Result<>{};
}

Result<Child> start_child(const ChildOptions& options) {
  std::vector<std::string> arguments{"vodmill"};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = environment_of(options);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);

  const Fd executable = TRY(open_at(options.executable, O_PATH));
  const Fd null = TRY(open_at("/dev/null", O_RDWR));
  const Fd parent = TRY(raised(Fd(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)))));
  // None is no error: the policy below stands back as well.
  const Fd cpu_group =
      options.cpu_group.empty() ? Fd() : open_at(options.cpu_group, O_WRONLY).value_or(Fd());
  const Launch launch{.arguments = argument_pointers.data(),
                      .environment = environment_pointers.data(),
                      .executable = executable.get(),
                      .null = null.get(),
                      .parent = parent.get(),
                      .cpu_group = cpu_group.get(),
                      .policy = policy_of(options.scheduling),
                      .nice = std::clamp(options.nice, 0, 19),
                      .keep_inherited = options.off.contains(Layer::descriptors)};
  for (int namespaces : namespace_choices(options.off)) {
    Pipes pipes = TRY(make_pipes());
    Child child;
    auto mapped = clone_into(namespaces, with_pipes(launch, pipes), child);
    if (!mapped) {
      if (namespaces == 0) return fail(std::move(mapped.error()).within("start a mill"));
      continue;  // with fewer of them
    }
    TRY_VOID(release(pipes, options.longest_start));
    child.control = std::move(pipes.control.ours);
    child.output = std::move(pipes.output.ours);
    child.errors = std::move(pipes.errors.ours);
    return child;
  }
  std::unreachable();
}

}  // namespace vodmill::sandbox
