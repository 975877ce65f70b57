#include "sandbox/attempt_verdict.h"

#include <errno.h>
#include <signal.h>

namespace vodmill::sandbox {

const std::vector<Stop>& all_stops() {
  using A = Attempt;
  using L = Layer;
  static const std::vector<Stop> stops{
      {A::read_file, L::seccomp, ENOENT},
      {A::read_file, L::empty_root, ENOENT},
      {A::read_file, L::landlock, EACCES},
      {A::write_file, L::seccomp, ENOENT},
      {A::write_file, L::empty_root, ENOENT},
      {A::write_file, L::landlock, EACCES},
      {A::write_file, L::resource_limits, 0, SIGXFSZ},
      {A::connect, L::seccomp, EACCES},
      {A::connect, L::network_namespace, ENETUNREACH},
      {A::connect, L::landlock, EACCES},
      {A::execute, L::seccomp, 0, SIGSYS},
      {A::execute, L::empty_root, ENOENT},
      {A::execute, L::landlock, EACCES},
      {A::fork, L::seccomp, 0, SIGSYS},
      {A::trace_parent, L::seccomp, 0, SIGSYS},
      {A::trace_parent, L::pid_namespace, ESRCH},
      {A::trace_parent, L::user_namespace, EPERM},
      {A::trace_parent, L::unprivileged_user, EPERM, 0, true},
      {A::trace_parent, L::capabilities, EPERM, 0, true},
      {A::trace_parent, L::landlock, EPERM},
      {A::signal_parent, L::seccomp, 0, SIGSYS},
      {A::signal_parent, L::pid_namespace, ESRCH},
      {A::signal_parent, L::unprivileged_user, EPERM, 0, true},
      {A::signal_parent, L::landlock, EPERM},
      {A::read_parent_memory, L::seccomp, ENOENT},
      {A::read_parent_memory, L::empty_root, ENOENT},
      {A::read_parent_memory, L::landlock, EACCES},
      {A::read_parent_memory, L::user_namespace, EACCES},
      {A::read_parent_memory, L::unprivileged_user, EACCES, 0, true},
      {A::read_parent_memory, L::capabilities, EACCES, 0, true},
      {A::use_descriptor, L::descriptors, EBADF},
      {A::write_execute_memory, L::seccomp, 0, SIGSYS},
      {A::much_memory, L::resource_limits, ENOMEM},
      {A::io_uring, L::seccomp, 0, SIGSYS},
      {A::unshare, L::seccomp, 0, SIGSYS},
      {A::foreign_call, L::seccomp, 0, SIGSYS},
  };
  return stops;
}

std::optional<Layer> layer_that_stopped(Attempt attempt, const AttemptEnd& end,
                                        const Layers& layers, bool superuser) {
  for (const Stop& stop : all_stops()) {
    if (stop.attempt != attempt || !layers.active(stop.layer)) continue;
    if (stop.superuser_only && !superuser) continue;
    const bool fits =
        stop.error_number != 0 ? end.error_number == stop.error_number : end.signal == stop.signal;
    if (fits) return stop.layer;
  }
  return std::nullopt;
}

}  // namespace vodmill::sandbox
