// What a worker counts, for /metrics; the names are those shown there. One for each worker, of one
// registry.
#pragma once

#include "base/metrics.h"
#include "core/task.h"
#include "worker/mill_run.h"

namespace vodmill::worker {

// The counter of processor time by stage and rendition of sandbox/stage_times.h.
inline constexpr std::string_view kStageSeconds = "vodmill_mill_stage_cpu_seconds_total";

class Counts {
 public:
  // The registry must outlive it.
  explicit Counts(metrics::Registry& registry);

  // A mill has ended. time: since it was given its task.
  void count(TaskKind kind, const MillOutcome& outcome, std::chrono::nanoseconds time);

  metrics::Gauge& slots;
  metrics::Gauge& busy_slots;
  metrics::Gauge& mills;
  metrics::Counter& segments;
  metrics::Counter& segment_bytes;
  metrics::Counter& lost_segments;
  metrics::Counter& frames;

 private:
  void count_stages(const MillOutcome& outcome);

  metrics::Registry& registry_;
};

}  // namespace vodmill::worker
