// The list of system calls that decoding, scaling and encoding need (libavcodec's software
// decoders, libswscale, libswresample, libx264), measured on glibc 2.36. Everything else kills the
// process, except for calls that harmless library code tries and can live without: those get an
// errno.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <initializer_list>
#include <memory>

#include "sandbox/confinement.h"

namespace vodmill::sandbox {
namespace {

constexpr auto kAllowed = std::to_array<const char*>({"read",
                                                      "pread64",
                                                      "readv",
                                                      "write",
                                                      "writev",
                                                      "pwrite64",
                                                      "lseek",
                                                      "fstat",
                                                      "close",  // I/O
                                                      "brk",
                                                      "munmap",
                                                      "mremap",
                                                      "madvise",  // memory
                                                      "futex",
                                                      "sched_yield",
                                                      "sched_getaffinity",
                                                      "set_robust_list",
                                                      "rseq",
                                                      "gettid",  // threads
                                                      "clock_gettime",
                                                      "clock_nanosleep",
                                                      "nanosleep",
                                                      "gettimeofday",  // time
                                                      "rt_sigprocmask",
                                                      "rt_sigreturn",
                                                      "rt_sigaction",
                                                      "sigaltstack",  // signals
                                                      "getrandom",
                                                      "exit",
                                                      "exit_group",
                                                      "restart_syscall",
                                                      "getpid",
                                                      "sysinfo",
                                                      "getrusage"});

#ifdef VODMILL_SANITIZED
// The runtimes test whether memory is mapped by writing it to a pipe, and synchronise by barriers.
constexpr auto kSanitizers = std::to_array<const char*>({"pipe", "pipe2", "membarrier", "getppid"});
#else
constexpr std::array<const char*, 0> kSanitizers{};
#endif

struct Refusal {
  const char* call;
  int error_number;
};

// libav opens character set tables and asks for priorities, glibc reads /sys for the number of
// processors and asks whether a stream is a terminal. clone3 hides its flags from a filter; with
// ENOSYS glibc falls back to clone, whose flags are checked below.
constexpr std::array kRefused{
    Refusal{"open", ENOENT},
    Refusal{"openat", ENOENT},
    Refusal{"access", ENOENT},
    Refusal{"faccessat", ENOENT},
    Refusal{"faccessat2", ENOENT},
    Refusal{"readlink", ENOENT},
    Refusal{"readlinkat", ENOENT},
    Refusal{"stat", ENOENT},
    Refusal{"lstat", ENOENT},
    Refusal{"ioctl", EPERM},
    Refusal{"prlimit64", EPERM},
    Refusal{"getrlimit", EPERM},
    Refusal{"sched_setaffinity", EPERM},
    Refusal{"sched_setscheduler", EPERM},
    Refusal{"setpriority", EPERM},
    Refusal{"socket", EACCES},
    Refusal{"clone3", ENOSYS},
};

// What pthread_create of glibc passes, no more and no less.
constexpr scmp_datum_t kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                                      CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
                                      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

#ifdef __s390x__
constexpr unsigned kCloneFlagsArgument = 1;
#else
constexpr unsigned kCloneFlagsArgument = 0;
#endif

class Filter {
 public:
  explicit Filter(scmp_filter_ctx context) : context_(context) {}

  // A call that this architecture does not have is left out.
  void add(std::uint32_t action, const char* call, std::initializer_list<scmp_arg_cmp> tests = {}) {
    const int number = seccomp_syscall_resolve_name(call);
    if (number == __NR_SCMP_ERROR || error_ < 0) return;
    error_ = seccomp_rule_add_array(context_, action, number, static_cast<unsigned>(tests.size()),
                                    tests.begin());
    ++rules_;
  }

  int error() const { return error_; }
  int rules() const { return rules_; }

 private:
  scmp_filter_ctx context_;
  int error_ = 0;
  int rules_ = 0;
};

constexpr scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

constexpr scmp_arg_cmp without_bits(unsigned argument, scmp_datum_t bits) {
  return {argument, SCMP_CMP_MASKED_EQ, bits, 0};
}

void add_conditional_rules(Filter& filter) {
  filter.add(SCMP_ACT_ALLOW, "mmap", {without_bits(2, PROT_EXEC)});
  filter.add(SCMP_ACT_ALLOW, "mprotect", {without_bits(2, PROT_EXEC)});
  // glibc's fstat. A path beside the flag would still be looked up: in an empty root.
  filter.add(SCMP_ACT_ALLOW, "newfstatat", {equals(3, AT_EMPTY_PATH)});
  filter.add(SCMP_ACT_ERRNO(ENOENT), "newfstatat", {{3, SCMP_CMP_NE, AT_EMPTY_PATH, 0}});
  filter.add(SCMP_ACT_ALLOW, "clone", {equals(kCloneFlagsArgument, kThreadFlags)});
  filter.add(SCMP_ACT_ALLOW, "prctl", {equals(0, PR_SET_NAME)});
  filter.add(SCMP_ACT_ALLOW, "prctl", {equals(0, PR_SET_VMA)});
  // abort() signals its own thread.
  filter.add(SCMP_ACT_ALLOW, "tgkill", {equals(0, static_cast<scmp_datum_t>(::getpid()))});
}

LayerState refused(const char* step, int error) {
  return {false, fmt::format("{}: {}", step, strerrordesc_np(-error))};
}

}  // namespace

LayerState apply_seccomp() {
  const std::unique_ptr<void, decltype(&seccomp_release)> context(
      seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
  if (!context) return {false, "libseccomp could not start"};
  // System calls of other architectures (32 bit, x32) are not merely unknown: they kill too.
  if (int error = seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS)) {
    return refused("bad architecture rule", error);
  }
  if (int error = seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_TSYNC, 1)) {
    return refused("thread synchronisation", error);
  }
  Filter filter(context.get());
  for (const char* call : kAllowed) filter.add(SCMP_ACT_ALLOW, call);
  for (const char* call : kSanitizers) filter.add(SCMP_ACT_ALLOW, call);
  for (const Refusal& refusal : kRefused) {
    filter.add(SCMP_ACT_ERRNO(static_cast<std::uint32_t>(refusal.error_number)), refusal.call);
  }
  add_conditional_rules(filter);
  if (filter.error() < 0) return refused("seccomp rule", filter.error());
  if (int error = seccomp_load(context.get())) return refused("seccomp", error);
  return {true, fmt::format("{} rules, all else kills", filter.rules())};
}

}  // namespace vodmill::sandbox
