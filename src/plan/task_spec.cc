#include "plan/task_spec.h"

#include "plan/json.h"
#include "plan/json_fields.h"

namespace vodmill::plan {
namespace {

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::malformed_input, std::move(what));
}

Result<StillSpec> read_still(const json::object& object) {
  StillSpec still;
  still.frame = TRY(get_int(object, "frame"));
  still.width = TRY(get_small(object, "width", 16, kLargestStill));
  still.height = TRY(get_small(object, "height", 2, kLargestStill));
  if (still.frame < 0 || still.width % 2 != 0 || still.height % 2 != 0) {
    return out_of_range("still");
  }
  return still;
}

Result<> check(const TaskSpec& spec) {
  if (spec.kind == TaskKind::probe) return {};
  if (!spec.plan) return wrong("a task without a plan");
  if (spec.kind == TaskKind::stills) {
    const bool is_there = spec.still && spec.still->frame < spec.plan->frames;
    return is_there ? Result<>() : wrong("a stills task without a frame");
  }
  const std::size_t rungs = spec.kind == TaskKind::chunk ? spec.plan->ladder.size() : 1;
  if (spec.resume.size() != rungs) return wrong("resume does not fit the ladder");
  if (spec.kind == TaskKind::audio &&
      static_cast<std::size_t>(spec.sound) >= spec.plan->sounds.size()) {
    return wrong("no such sound");
  }
  if (static_cast<std::size_t>(spec.chunk) >= spec.plan->chunks.size()) {
    return wrong("no such chunk");
  }
  for (const int segment : spec.resume) {
    if (segment < 0 || segment > spec.plan->segments()) return out_of_range("resume");
  }
  return {};
}

}  // namespace

json::object to_json(const TaskSpec& spec) {
  json::object o{{"kind", name_of(spec.kind)},
                 {"source_bytes", spec.source_bytes},
                 {"chunk", spec.chunk},
                 {"sound", spec.sound},
                 {"resume", json::array(spec.resume.begin(), spec.resume.end())}};
  if (spec.plan) o["plan"] = to_json(*spec.plan);
  if (spec.still) {
    o["still"] = {
        {"frame", spec.still->frame}, {"width", spec.still->width}, {"height", spec.still->height}};
  }
  return o;
}

Result<TaskSpec> task_spec_from_json(const json::object& o) {
  TaskSpec spec;
  const auto kind = task_kind_from(TRY(get_string(o, "kind")));
  if (!kind) return wrong("an unknown kind of task");
  spec.kind = *kind;
  spec.source_bytes = TRY(get_between(o, "source_bytes", 0, INT64_MAX));
  spec.chunk = TRY(get_small(o, "chunk", 0, INT32_MAX));
  spec.sound = TRY(get_small(o, "sound", 0, INT32_MAX));
  for (const json::value& segment : *TRY(get_array(o, "resume"))) {
    const std::int64_t* number = segment.if_int64();
    if (!number || *number < 0 || *number > INT32_MAX) return out_of_range("resume");
    spec.resume.push_back(static_cast<int>(*number));
  }
  if (o.contains("plan")) {
    const std::string plan = TRY(get_string(o, "plan"));
    spec.plan = TRY(plan_from_json(plan));
  }
  if (o.contains("still")) {
    const json::object& still = *TRY(get_object(o, "still"));
    spec.still = TRY(read_still(still));
  }
  TRY_VOID(check(spec));
  return spec;
}

}  // namespace vodmill::plan
