// The queue's figures and the workers as the API shows them. Pure.
#pragma once

#include <span>

#include "base/json.h"
#include "core/job_view.h"
#include "core/worker_list.h"

namespace vodmill::api {

// How far back throughput and latency look.
inline constexpr Milliseconds kFiguresReach = std::chrono::hours(1);

// A worker that has not been heard of for longer is shown as lost.
inline constexpr Milliseconds kWorkerLost{15'000};

// `ended` of the figures reaches back kFiguresReach. Percentiles are nearest-rank, from creation to
// completion.
json::object to_json(const QueueFigures& figures);

// What to do when none of the workers is alive; null when one is.
json::value hint_of(std::span<const ShownWorker> workers);

json::object to_json(const ShownWorker& worker, Timestamp now);

}  // namespace vodmill::api
