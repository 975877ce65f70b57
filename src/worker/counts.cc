#include "worker/counts.h"

#include <algorithm>

namespace vodmill::worker {
namespace {

// From a probe of a short clip to a long chunk on a busy machine.
std::vector<double> mill_bounds() { return {0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900}; }

std::string_view outcome_of(const MillOutcome& outcome) {
  switch (outcome.end) {
    case MillEnd::done:
      return "ok";
    case MillEnd::refused:
      return "failed";
    case MillEnd::crashed:
      if (outcome.error.code == ErrorCode::transcode_stalled) return "killed_stalled";
      if (outcome.error.code == ErrorCode::out_of_memory) return "killed_memory";
      return "crashed";
    case MillEnd::hindered:
      return "hindered";
    case MillEnd::lost:
      return "lost";
  }
  std::unreachable();
}

}  // namespace

Counts::Counts(metrics::Registry& registry)
    : slots(registry.gauge("vodmill_mill_slots", "Processor cores that mills may keep busy.")),
      busy_slots(registry.gauge("vodmill_mill_slots_busy",
                                "Processor cores that mills keep busy now; more than there are "
                                "slots where an urgent task runs beside them.")),
      mills(registry.gauge("vodmill_mills_running", "Mills that do a task now.")),
      segments(registry.counter("vodmill_segments_committed_total",
                                "Segments stored and committed, InitSegments too.")),
      segment_bytes(registry.counter("vodmill_segment_bytes_committed_total",
                                     "Bytes of the segments committed.")),
      lost_segments(registry.counter(
          "vodmill_segments_lost_total",
          "Media segments stored for nothing: another worker's was committed first.")),
      frames(registry.counter("vodmill_frames_encoded_total",
                              "Frames that mills have encoded, of all renditions.")),
      registry_(registry) {}

void Counts::count(TaskKind kind, const MillOutcome& outcome, std::chrono::nanoseconds time) {
  const std::string name(name_of(kind));
  const bool has_code = outcome.end == MillEnd::refused;
  registry_
      .counter("vodmill_mill_outcomes_total",
               "Mills that have ended: ok, failed (with the code of the video's error), crashed, "
               "killed_stalled, killed_memory, hindered (by something on our side) or lost (the "
               "task was another's).",
               {{"kind", name},
                {"outcome", std::string(outcome_of(outcome))},
                {"code", has_code ? std::string(error_code_name(outcome.error.code)) : ""}})
      .add();
  registry_
      .histogram("vodmill_mill_duration_seconds", "From a mill's task to its end.", mill_bounds(),
                 {{"kind", name}})
      .observe(std::chrono::duration<double>(time).count());
  registry_
      .counter("vodmill_mill_cpu_seconds_total", "Processor time of mills that have ended.",
               {{"kind", name}})
      .add(std::chrono::duration<double>(outcome.cpu_time).count());
  if (outcome.end == MillEnd::done) count_stages(outcome);
}

// A mill's word is worth as much as the kernel's measure bears out; what it left out is the rest.
void Counts::count_stages(const MillOutcome& outcome) {
  std::chrono::microseconds left = outcome.cpu_time;
  const auto add = [&](sandbox::Stage stage, const std::string& rendition,
                       std::chrono::microseconds time) {
    const std::chrono::microseconds counted = std::min(time, left);
    left -= counted;
    registry_
        .counter(kStageSeconds,
                 "Processor time of mills that have done their task, by what it went into.",
                 {{"stage", std::string(name_of(stage))}, {"rendition", rendition}})
        .add(std::chrono::duration<double>(counted).count());
  };
  for (const sandbox::StageTime& each : outcome.stages) add(each.stage, each.rendition, each.time);
  add(sandbox::Stage::rest, "", left);
}

}  // namespace vodmill::worker
