// What a mill is told to do, as JSON: the one message that a task begins with.
//
// Pure. Written by the worker, read in the mill.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "core/plan.h"
#include "core/task.h"

namespace vodmill::plan {

// The picture that a stills task makes.
struct StillSpec {
  std::int64_t frame = 0;  // output frame
  int width = 0;           // even, 16 to kLargestStill; of the JPEG
  int height = 0;          // even, 2 to kLargestStill
};
inline constexpr int kLargestStill = 8192;
// It comes as the one segment, index 0, of a rendition of this name.
inline constexpr std::string_view kStillName = "still";

struct TaskSpec {
  TaskKind kind = TaskKind::probe;
  std::int64_t source_bytes = 0;
  std::optional<Plan> plan;  // of all but the probe
  int chunk = 0;             // index into plan->chunks
  int sound = 0;             // index into plan->sounds
  // The first segment still to make: of each rung in ladder order (chunk), of the sound (audio).
  std::vector<int> resume;
  std::optional<StillSpec> still = {};  // of stills tasks
};

json::object to_json(const TaskSpec& spec);
Result<TaskSpec> task_spec_from_json(const json::object& object);

}  // namespace vodmill::plan
