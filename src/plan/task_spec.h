// What a mill is told to do, as JSON: the one message that a task begins with.
//
// Pure. Written by the worker, read in the mill.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "core/plan.h"
#include "core/task.h"

namespace vodmill::plan {

struct TaskSpec {
  TaskKind kind = TaskKind::probe;
  std::int64_t source_bytes = 0;
  std::optional<Plan> plan;  // of chunk and audio tasks
  int chunk = 0;             // index into plan->chunks
  // The first segment still to make: of each rung in ladder order (chunk), of the sound (audio).
  std::vector<int> resume;
  int threads = 1;  // for the decoder
};

json::object to_json(const TaskSpec& spec);
Result<TaskSpec> task_spec_from_json(const json::object& object);

}  // namespace vodmill::plan
