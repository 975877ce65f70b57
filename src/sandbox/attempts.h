// The self-test: what code that has taken over a mill would try, tried for real inside a locked
// mill, and which layer stopped it. `vodmill doctor` shows it, the tests demand it.
//
// Each attempt has its own child, because many end in its death. run_attempts() is for the parent,
// run_attempt() for the child's main().
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "sandbox/child.h"
#include "sandbox/layers.h"
#include "sandbox/lockdown.h"

namespace vodmill::sandbox {

enum class Attempt {
  read_file,             // open /etc/passwd
  write_file,            // make a file in /tmp and write to it
  connect,               // to a listener of the parent on 127.0.0.1
  execute,               // /bin/true
  fork,                  // a process of its own
  trace_parent,          // ptrace
  signal_parent,         // kill
  read_parent_memory,    // /proc/PARENT/mem
  use_descriptor,        // one above 4 that the parent left open
  write_execute_memory,  // mmap writable and executable
  much_memory,           // more address space than the limit
  io_uring,              // a second way into the kernel that a filter does not see
  unshare,               // a user namespace with all rights
  foreign_call,          // a 32-bit system call (x86-64 only; elsewhere not attempted)
};

std::vector<Attempt> all_attempts();
std::string_view name_of(Attempt attempt);

// What the child is told. Numbers of the parent, as the parent sees them.
struct AttemptOrder {
  Attempt attempt{};
  int parent = 0;      // process id
  int port = 0;        // TCP on 127.0.0.1
  int descriptor = 0;  // that was left open
};

// As one command line argument for the child, and back.
json::object to_json(const AttemptOrder& order);
Result<AttemptOrder> attempt_order_from(std::string_view text);

struct AttemptReport {
  Attempt attempt{};
  bool stopped = false;
  std::optional<Layer>
      by;           // none when it succeeded, or when something else than a layer stopped it
  std::string how;  // "killed by SIGSYS", "No such file or directory", "SUCCEEDED"
  Layers layers;    // what held in that child
};

// In the child: locks down, tells the parent, tries. Returns the exit code.
int run_attempt(const AttemptOrder& order, const LockdownOptions& options);

// In the parent: every attempt (or those in `attempts`), each in a child of `mill`, whose arguments
// get "--attempt ORDER --lockdown OPTIONS" appended and whose main() must then call run_attempt().
// Layers in `options.off` are off on both sides. Takes some milliseconds an attempt, 10 s at most.
Result<std::vector<AttemptReport>> run_attempts(const ChildOptions& mill,
                                                const LockdownOptions& options);
Result<std::vector<AttemptReport>> run_attempts(const ChildOptions& mill,
                                                const LockdownOptions& options,
                                                const std::vector<Attempt>& attempts);

json::object to_json(const AttemptReport& report);

}  // namespace vodmill::sandbox
