#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

#include "sandbox/child.h"
#include "sandbox/launch.h"
#include "sandbox/lockdown.h"
#include "sandbox/namespaces.h"
#include "sandbox/pipes.h"
#include "sandbox/start_watch.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

namespace vodmill::sandbox {
namespace {

Launch with_pipes(Launch launch, const Pipes& pipes) {
  launch.control = pipes.control.theirs.get();
  launch.output = pipes.output.theirs.get();
  launch.errors = pipes.errors.theirs.get();
  launch.failure = pipes.failure.theirs.get();
  launch.steps = pipes.steps.theirs.get();
  launch.go = pipes.go.theirs.get();
  launch.go_writer = pipes.go.ours.get();
  return launch;
}

Result<Fd> open_at(const std::string& path, int flags) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd) return fail_errno("open " + path, errno);
  return raised(std::move(fd));
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

// Handlers of ours must not run in the child, which has our memory, so signals wait meanwhile.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_{};
};

int enter(void* launch) { run_launch(*static_cast<const Launch*>(launch)); }

// A process in new namespaces that runs `launch`; returns when it has its program or has ended.
// Until then it works in this process's memory, on a stack of its own, and this thread is
// suspended: to copy the memory's map as fork() does would cost a large server milliseconds, and
// then a fault for each page that any thread writes to.
pid_t clone_process(int namespaces, Launch launch, int* pidfd) {
  const int flags = namespaces | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
#ifdef VODMILL_SANITIZED  // the runtimes keep books of a thread's stack: a copy has its own
  const long pid =
      ::syscall(SYS_clone, static_cast<unsigned long>(flags), nullptr, pidfd, nullptr, nullptr);
  if (pid == 0) enter(&launch);
  return static_cast<pid_t>(pid);
#else
  constexpr std::size_t kStackBytes = 64 << 10;  // run_launch() needs a few hundred
  alignas(16) std::byte stack[kStackBytes];
  return ::clone(enter, stack + kStackBytes, flags | CLONE_VM, &launch, pidfd);
#endif
}

// What the child has written about its exec; nothing if that succeeded.
Result<> failure_told(const Fd& failure) {
  pollfd told{.fd = failure.get(), .events = POLLIN, .revents = 0};
  if (::poll(&told, 1, 0) <= 0 || (told.revents & POLLIN) == 0) return {};
  int error = 0;
  if (::read(failure.get(), &error, sizeof error) != sizeof error) error = EIO;
  return fail_errno("execute it", error);
}

}  // namespace

// What came of one clone.
struct Start {
  Result<> entered;   // its namespaces: if not, it may with fewer
  Result<> executed;  // its program
};

Start clone_into(int namespaces, const Launch& launch, const Pipes& pipes,
                 std::chrono::milliseconds longest, Child& child) {
  const SignalsHeld held;
  auto watch = StartWatch::begin(pipes, namespaces, longest);
  if (!watch) return {.entered = {}, .executed = std::unexpected(std::move(watch.error()))};
  const pid_t pid = clone_process(namespaces, with_pipes(launch, pipes), (*watch)->pidfd());
  const int error = errno;
  (*watch)->end();
  if (pid < 0) return {.entered = fail_errno("clone", error), .executed = {}};
  child.pid_ = pid;
  child.pidfd_.reset(*(*watch)->pidfd());
  Result<> executed = failure_told(pipes.failure.ours);
  if (!(*watch)->in_time()) executed = (*watch)->in_time();
  return {.entered = (*watch)->released(), .executed = std::move(executed)};
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
    Start start = clone_into(namespaces, launch, pipes, options.longest_start, child);
    if (!start.executed) return fail(std::move(start.executed.error()).within("start a mill"));
    if (!start.entered) {
      if (namespaces == 0) return fail(std::move(start.entered.error()).within("start a mill"));
      continue;  // with fewer of them
    }
    child.control = std::move(pipes.control.ours);
    child.output = std::move(pipes.output.ours);
    child.errors = std::move(pipes.errors.ours);
    return child;
  }
  std::unreachable();
}

}  // namespace vodmill::sandbox
