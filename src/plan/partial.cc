#include "plan/partial.h"

#include <algorithm>

#include "base/json.h"

namespace vodmill::plan {
namespace {

std::optional<double> damaged_at(const Task& task) {
  const auto result = parse_json(task.result);
  const json::object* counts = result ? result->if_object() : nullptr;
  if (!counts) return std::nullopt;
  const auto seconds = get_double(*counts, "damaged_at");
  return seconds ? std::optional(*seconds) : std::nullopt;
}

}  // namespace

std::optional<Partial> find_partial(const std::optional<SourceInfo>& info, const Plan& plan,
                                    std::span<const Task> tasks) {
  const double seconds = static_cast<double>(plan.frames) / plan.fps.value();
  std::optional<Partial> first = info ? info->lost_sound : std::nullopt;
  if (info && info->truncated) {
    const bool is_sound_shorter = first && first->reason == ErrorCode::truncated_input;
    return Partial{ErrorCode::truncated_input,
                   is_sound_shorter ? std::min(first->at_seconds, seconds) : seconds};
  }
  const auto take = [&](std::optional<double> at) {
    if (!at || !(*at >= 0 && *at <= seconds)) return;
    if (!first || *at < first->at_seconds) first = Partial{ErrorCode::malformed_input, *at};
  };
  if (info) take(info->gap_at);
  for (const Task& task : tasks) take(damaged_at(task));
  return first;
}

bool copies_damage(const Plan& plan, std::span<const Task> tasks) {
  const auto is_damaged = [](const Task& task) {
    const bool is_ended_by_it = task.error && task.error->code == ErrorCode::malformed_input;
    return task.kind == TaskKind::chunk && (is_ended_by_it || damaged_at(task));
  };
  return plan.ladder.front().copied && std::ranges::any_of(tasks, is_damaged);
}

}  // namespace vodmill::plan
