#include <cstdio>

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/worker_options.h"
#include "sandbox/attempts.h"

namespace vodmill::app {
namespace {

void show_layers(const sandbox::Layers& layers) {
  std::printf("layers\n");
  for (const sandbox::Layer layer : sandbox::all_layers()) {
    const sandbox::LayerState& state = layers.of(layer);
    std::printf("  %-18s %-8s %s\n", std::string(name_of(layer)).c_str(),
                state.active ? "holds" : "off", state.detail.c_str());
  }
}

// True if the attempt was stopped.
bool show_attempt(const sandbox::AttemptReport& report) {
  const std::string by = report.by ? std::string(name_of(*report.by)) : "-";
  std::printf("  %-22s %-10s %-18s %s\n", std::string(name_of(report.attempt)).c_str(),
              report.stopped ? "stopped" : "SUCCEEDED", by.c_str(), report.how.c_str());
  return report.stopped;
}

int check_sandbox(const sandbox::LockdownOptions& lockdown) {
  sandbox::ChildOptions mill;
  mill.arguments = {"mill"};
  mill.off = lockdown.off;
  const auto reports = sandbox::run_attempts(mill, lockdown);
  if (!reports) return complain(reports.error());
  if (!reports->empty()) show_layers(reports->front().layers);
  std::printf("attempts\n");
  bool all_stopped = true;
  for (const sandbox::AttemptReport& report : *reports) all_stopped &= show_attempt(report);
  std::printf("%s\n", all_stopped ? "Every attempt was stopped." : "An attempt SUCCEEDED.");
  return all_stopped ? 0 : 1;
}

}  // namespace

int doctor(const Settings& settings) {
  const auto lockdown = lockdown_options(settings);
  if (!lockdown) return complain(lockdown.error());
  return check_sandbox(*lockdown);
}

}  // namespace vodmill::app
