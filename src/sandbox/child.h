// A mill as its worker sees it: one exec'd child with two channels, and the end of it.
//
// The worker owns a Child; destroying it kills the process and reaps it. All of it is synchronous;
// an event loop watches pidfd() (readable = ended) and the three pipe ends itself.
//
// start_child() must be called on a thread that lives as long as the child may: the kernel sends
// the "parent died" signal when the *thread* that started the child ends, and that kills it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "sandbox/layers.h"

namespace vodmill::sandbox {

struct Launch;
struct Pipes;
struct Start;

enum class Scheduling {
  normal,
  batch,  // SCHED_BATCH: longer turns, never ahead of a thread that woke up
  idle,   // SCHED_IDLE: only what nobody else wants
};

struct ChildOptions {
  std::string executable = "/proc/self/exe";
  std::vector<std::string> arguments;          // after argv[0], which is "vodmill"
  std::vector<std::string> extra_environment;  // NAME=value, beside MALLOC_ARENA_MAX
  Scheduling scheduling = Scheduling::batch;
  int nice = 19;  // 0 to 19
  // A child that has not executed its program by then is killed: somebody stopped or froze it.
  std::chrono::milliseconds longest_start{10'000};
  // A file by which the child joins a control group (CpuClass::group()); "" for none. One that
  // cannot be opened is done without.
  std::string cpu_group;
  // Namespaces not to enter, and `descriptors` to leave inherited ones open: for tests.
  LayerSet off;
};

enum class ExitKind {
  exited,     // value = exit code
  policy,     // a system call that the filter does not know
  cpu_limit,  // used up its CPU seconds
  killed,     // SIGKILL: by us, by the hard CPU limit or by the out-of-memory killer
  crashed,    // SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL or SIGTRAP
  signalled,  // any other signal
};

std::string_view name_of(ExitKind kind);

struct ExitStatus {
  ExitKind kind = ExitKind::exited;
  int value = 0;                          // exit code, or number of the signal
  std::chrono::milliseconds cpu_time{0};  // user and system
  std::int64_t peak_bytes = 0;            // largest resident set
};

class Child {
 public:
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  pid_t pid() const { return pid_; }  // as this process sees it
  int pidfd() const { return pidfd_.get(); }

  // Our ends. The owner may move them out.
  Fd control;  // stream socket, both ways; the child's fd 3
  Fd output;   // read end; the child's fd 4
  Fd errors;   // read end; the child's fd 2. Whoever reads it caps how much is kept.

  // SIGKILL; in a pid namespace that ends every process in it. Harmless when it has ended.
  void kill();

  // Waits for the end and reaps; the same answer again afterwards.
  Result<ExitStatus> wait();

  // The same without waiting: none while it runs.
  Result<std::optional<ExitStatus>> try_wait();

 private:
  friend Result<Child> start_child(const ChildOptions& options);
  friend Start clone_into(int namespaces, const Launch& launch, const Pipes& pipes,
                          std::chrono::milliseconds longest, Child& child);
  Child() = default;
  Result<std::optional<ExitStatus>> reap(int flags);

  pid_t pid_ = -1;
  Fd pidfd_;
  std::optional<ExitStatus> status_;
};

// Starts `executable` with nothing of this process but three pipes: stdin and stdout on /dev/null,
// fd 2 errors, fd 3 control, fd 4 output; an environment of MALLOC_ARENA_MAX, the extras and
// kOutsideVariable; its own session; killed when this process dies; first in line for the
// out-of-memory killer; in its own namespaces as far as the host allows. Returns once the exec has
// succeeded (a few milliseconds), at the latest after `longest_start`; none of this process's
// memory is copied for it, so that is no matter of its size. Callable from any thread that outlives
// the child; that thread is suspended meanwhile, and its signals wait.
Result<Child> start_child(const ChildOptions& options);

// Memory that the process has resident now. not_found once it has ended.
Result<std::int64_t> resident_bytes(pid_t pid);

// Processor time of all its threads so far, user and system. not_found once it has been reaped.
Result<std::chrono::milliseconds> cpu_time(pid_t pid);

}  // namespace vodmill::sandbox
