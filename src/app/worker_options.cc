#include "app/worker_options.h"

#include "app/machine.h"
#include "mill/engine_build.h"

namespace vodmill::app {
namespace {

constexpr int kMillCpuSeconds = 24 * 3600;
constexpr int kLowest = 19;

}  // namespace

Result<sandbox::LockdownOptions> lockdown_options(const Settings& settings) {
  sandbox::LockdownOptions lockdown;
  lockdown.strict = settings.sandbox == "strict";
  lockdown.cpu_seconds = kMillCpuSeconds;
  for (const std::string& name : settings.layers_off) {
    const auto layer = sandbox::layer_from(name);
    if (!layer)
      return fail(ErrorCode::invalid_request, "There is no sandbox layer \"" + name + "\".");
    lockdown.off.insert(*layer);
  }
  return lockdown;
}

sandbox::ChildOptions mill_options(const sandbox::LockdownOptions& lockdown) {
  sandbox::ChildOptions child;
  child.arguments = {"mill", "--lockdown", json::serialize(to_json(lockdown))};
  child.off = lockdown.off;
  return child;
}

Result<worker::WorkerOptions> worker_options(const Settings& settings) {
  worker::WorkerOptions options;
  options.id = new_id<WorkerId>();
  options.host = host_name();
  options.build = mill::engine_build();
  options.slots =
      settings.slots > 0 ? settings.slots : default_slots(usable_processors(), usable_memory());
  options.active = settings.active;
  options.max_seconds = settings.max_duration_seconds;
  options.lease = std::chrono::seconds(settings.lease_seconds);
  options.heartbeat = std::min(options.heartbeat, options.lease / 4);
  options.lockdown = TRY(lockdown_options(settings));
  options.child = mill_options(options.lockdown);
  options.child.nice = settings.nice;
  options.memory_bytes = memory_for_mills(usable_memory());
  options.disk_floor = settings.disk_floor;
  return options;
}

void stand_back(sandbox::ChildOptions& mills, const sandbox::CpuClass& lowest) {
  if (mills.nice < kLowest) return;
  mills.scheduling = sandbox::Scheduling::idle;
  mills.cpu_group = lowest.group();
}

}  // namespace vodmill::app
