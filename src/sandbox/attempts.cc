#include "sandbox/attempts.h"

#include <array>

#include "sandbox/attempt_acts.h"
#include "sandbox/channel.h"

namespace vodmill::sandbox {
namespace {

constexpr std::array<std::string_view, 14> kNames{
    "read_file",      "write_file",           "connect",       "execute",
    "fork",           "trace_parent",         "signal_parent", "read_parent_memory",
    "use_descriptor", "write_execute_memory", "much_memory",   "io_uring",
    "unshare",        "foreign_call"};

}  // namespace

std::vector<Attempt> all_attempts() {
  std::vector<Attempt> attempts;
  for (std::size_t i = 0; i < kNames.size(); ++i) attempts.push_back(static_cast<Attempt>(i));
#ifndef __x86_64__
  std::erase(attempts, Attempt::foreign_call);
#endif
#ifdef VODMILL_SANITIZED  // has no limit of address space
  std::erase(attempts, Attempt::much_memory);
#endif
  return attempts;
}

std::string_view name_of(Attempt attempt) { return kNames[static_cast<std::size_t>(attempt)]; }

json::object to_json(const AttemptOrder& order) {
  return {{"attempt", name_of(order.attempt)},
          {"parent", order.parent},
          {"port", order.port},
          {"descriptor", order.descriptor}};
}

Result<AttemptOrder> attempt_order_from(std::string_view text) {
  const json::value value = TRY(parse_json(text));
  if (!value.is_object()) return fail(ErrorCode::invalid_request, "--attempt takes an object.");
  const json::object& object = value.get_object();
  const std::string name = TRY(get_string(object, "attempt"));
  const auto* found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return fail(ErrorCode::invalid_request, "There is no such attempt.");
  return AttemptOrder{.attempt = static_cast<Attempt>(found - kNames.begin()),
                      .parent = static_cast<int>(TRY(get_int(object, "parent"))),
                      .port = static_cast<int>(TRY(get_int(object, "port"))),
                      .descriptor = static_cast<int>(TRY(get_int(object, "descriptor")))};
}

int run_attempt(const AttemptOrder& order, const LockdownOptions& options) {
  auto layers = lock_down(options);
  if (!layers) {
    static_cast<void>(write_all(kOutputFd, encode(TaskFailed{std::move(layers.error())})));
    return 1;
  }
  if (!write_all(kOutputFd, encode(Locked{std::move(*layers)}))) return 1;
  const int error = make_attempt(order, options);
  return write_all(kOutputFd, encode(TaskResult{{{"errno", error}}})) ? 2 : 1;
}

json::object to_json(const AttemptReport& report) {
  return {{"attempt", name_of(report.attempt)},
          {"stopped", report.stopped},
          {"by", report.by ? json::value(name_of(*report.by)) : json::value(nullptr)},
          {"how", report.how},
          {"layers", to_json(report.layers)}};
}

}  // namespace vodmill::sandbox
