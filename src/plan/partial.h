// What of a source is missing in a video that completes.
//
// Pure; the worker calls it when every task has ended.
#pragma once

#include <optional>
#include <span>

#include "core/partial.h"
#include "core/plan.h"
#include "core/source.h"
#include "core/task.h"

namespace vodmill::plan {

// A source that ends early comes first, at the picture's end or where its sound ends before; then
// the earliest loss: sound that cannot be heard, a gap in everything, damage that the results of
// `tasks` tell of ("damaged_at"). None if nothing is missing.
std::optional<Partial> find_partial(const std::optional<SourceInfo>& info, const Plan& plan,
                                    std::span<const Task> tasks);

// Whether a copied rendition has damage, which a decoder met that made the other renditions (and
// hid it there), or that ended a task: players may stop at it.
bool copies_damage(const Plan& plan, std::span<const Task> tasks);

}  // namespace vodmill::plan
