#include "plan/task_spec.h"

#include "plan/json.h"

namespace vodmill::plan {
namespace {

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::malformed_input, std::move(what));
}

Result<> check(const TaskSpec& spec) {
  if (spec.kind == TaskKind::probe) return {};
  if (!spec.plan) return wrong("a task without a plan");
  const std::size_t rungs = spec.kind == TaskKind::chunk ? spec.plan->ladder.size() : 1;
  if (spec.resume.size() != rungs) return wrong("resume does not fit the ladder");
  if (spec.kind == TaskKind::audio && !spec.plan->audio)
    return wrong("an audio task without audio");
  if (spec.chunk < 0 || static_cast<std::size_t>(spec.chunk) >= spec.plan->chunks.size()) {
    return wrong("no such chunk");
  }
  return {};
}

}  // namespace

json::object to_json(const TaskSpec& spec) {
  json::object o{{"kind", name_of(spec.kind)},
                 {"source_bytes", spec.source_bytes},
                 {"chunk", spec.chunk},
                 {"resume", json::array(spec.resume.begin(), spec.resume.end())},
                 {"threads", spec.threads}};
  if (spec.plan) o["plan"] = to_json(*spec.plan);
  return o;
}

Result<TaskSpec> task_spec_from_json(const json::object& o) {
  TaskSpec spec;
  const auto kind = task_kind_from(TRY(get_string(o, "kind")));
  if (!kind) return wrong("an unknown kind of task");
  spec.kind = *kind;
  spec.source_bytes = TRY(get_int(o, "source_bytes"));
  spec.chunk = static_cast<int>(TRY(get_int(o, "chunk")));
  spec.threads = static_cast<int>(TRY(get_int(o, "threads")));
  for (const json::value& segment : *TRY(get_array(o, "resume"))) {
    if (!segment.is_int64()) return wrong("resume must hold integers");
    spec.resume.push_back(static_cast<int>(segment.get_int64()));
  }
  if (o.contains("plan")) {
    const std::string plan = TRY(get_string(o, "plan"));
    spec.plan = TRY(plan_from_json(plan));
  }
  TRY_VOID(check(spec));
  return spec;
}

}  // namespace vodmill::plan
