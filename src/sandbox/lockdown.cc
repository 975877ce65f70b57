#include "sandbox/lockdown.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <filesystem>

#include "sandbox/channel.h"
#include "sandbox/confinement.h"
#include "sandbox/cpu_class.h"

namespace vodmill::sandbox {
namespace {

// Runs one layer's step unless it is switched off, and notes what came of it.
class Steps {
 public:
  explicit Steps(LayerSet off) : off_(off) {}

  template <class Step>
  void take(Layer layer, Step step) {
    const LayerState state = off_.contains(layer) ? LayerState{false, "switched off"} : step();
    layers_.set(layer, state.active, state.detail);
  }

  Layers& layers() { return layers_; }

 private:
  LayerSet off_;
  Layers layers_;
};

Result<> require_single_thread() {
#ifndef VODMILL_SANITIZED  // ThreadSanitizer has a thread of its own
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  if (!error && std::distance(tasks, {}) > 1) {
    return fail(ErrorCode::internal_error, "A mill must lock itself before it starts threads.");
  }
#endif
  return {};
}

LayerState hide_memory() {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return {false, strerrordesc_np(errno)};
  return {::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0, ""};
}

LayerState forbid_new_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return {false, strerrordesc_np(errno)};
  return {::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, ""};
}

// A change of user has taken back the wish to die with the parent, so it is said again; a parent
// that is gone by now has closed its end of the control socket.
Result<> die_with_parent() {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return fail_errno("pdeathsig", errno);
  pollfd control{.fd = kControlFd, .events = 0, .revents = 0};
  if (::poll(&control, 1, 0) > 0 && (control.revents & (POLLHUP | POLLERR)) != 0) {
    return fail(ErrorCode::cancelled, "The worker has gone.");
  }
  return {};
}

void end_at_cpu_limit(int) { ::_exit(kCpuLimitExitCode); }

void set_signal_actions() {
  struct sigaction action{};
  action.sa_handler = end_at_cpu_limit;
  ::sigaction(SIGXCPU, &action, nullptr);
  action.sa_handler = SIG_IGN;  // a write to a worker that is gone is an error, not a death
  ::sigaction(SIGPIPE, &action, nullptr);
}

LayerState empty_root_if_own([[maybe_unused]] const Layers& layers) {
#ifdef VODMILL_SANITIZED
  return {false, "the sanitizers read /proc"};
#else
  if (!layers.active(Layer::mount_namespace)) return {false, "needs a mount namespace"};
  return empty_root();
#endif
}

// User, groups and capabilities, in the one order in which each step still has the right it needs.
Result<> drop_privileges(Steps& steps, const LockdownOptions& options, unsigned outside) {
  if (!options.off.contains(Layer::capabilities) && ::geteuid() == 0) {
    TRY_VOID(empty_bounding_set());
  }
  steps.take(Layer::unprivileged_user, [&] { return leave_superuser(outside); });
  steps.take(Layer::capabilities, drop_capabilities);
  return {};
}

}  // namespace

Result<Layers> lock_down(const LockdownOptions& options) {
  ::prctl(PR_SET_NAME, "vodmill-mill", 0, 0, 0);
  TRY_VOID(require_single_thread());
  take_place_of_session();
  Steps steps(options.off);
  steps.take(Layer::descriptors, check_descriptors);
  for (Layer layer : all_layers()) {
    if (is_namespace(layer)) steps.take(layer, [&] { return check_namespace(layer); });
  }
  const unsigned outside = outside_user_id();
  steps.take(Layer::empty_root, [&] { return empty_root_if_own(steps.layers()); });
  TRY_VOID(drop_privileges(steps, options, outside));
  TRY_VOID(die_with_parent());
  set_signal_actions();
  steps.take(Layer::not_dumpable, hide_memory);
  steps.take(Layer::no_new_privs, forbid_new_privileges);
  steps.take(Layer::landlock, apply_landlock);
  steps.take(Layer::resource_limits, [&] { return limit_resources(options); });
  steps.take(Layer::seccomp, apply_seccomp);
  TRY_VOID(steps.layers().check(options.strict, options.off));
  return std::move(steps.layers());
}

json::object to_json(const LockdownOptions& options) {
  return {{"strict", options.strict},
          {"off", to_json(options.off)},
          {"cpu_seconds", options.cpu_seconds},
          {"address_space_bytes", options.address_space_bytes}};
}

Result<LockdownOptions> lockdown_options_from(std::string_view text) {
  const json::value value = TRY(parse_json(text));
  if (!value.is_object()) return fail(ErrorCode::invalid_request, "--lockdown takes an object.");
  const json::object& object = value.get_object();
  LockdownOptions options;
  options.strict = TRY(get_bool(object, "strict"));
  const json::array* off = TRY(get_array(object, "off"));
  options.off = TRY(layer_set_from_json(*off));
  const std::int64_t cpu = TRY(get_int(object, "cpu_seconds"));
  options.address_space_bytes = TRY(get_int(object, "address_space_bytes"));
  if (cpu < 1 || cpu > 1'000'000 || options.address_space_bytes < (256 << 20)) {
    return fail(ErrorCode::invalid_request, "A limit in --lockdown is out of range.");
  }
  options.cpu_seconds = static_cast<int>(cpu);
  return options;
}

}  // namespace vodmill::sandbox
