// Any text as what a mill says of a source, and the plan that is made of it: whatever a mill says
// that a file has taken over, the plan is within its bounds and can be read again.
#include <cstdint>
#include <cstdlib>

#include "plan/json.h"
#include "plan/planner.h"

namespace vodmill {
namespace {

template <class T>
void check_ascending(const std::vector<T>& values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i - 1] >= values[i]) std::abort();
  }
}

void check_plan(const Plan& plan, const plan::Policy& policy) {
  constexpr double kMostFramesPerSecond = 60.01;
  const bool bounded =
      plan.frames >= 1 && plan.fps.value() > 0 && plan.fps.value() <= kMostFramesPerSecond &&
      static_cast<double>(plan.frames) <= policy.max_seconds * plan.fps.value() + 2;
  if (!bounded || plan.boundaries.size() < 2 || plan.chunks.empty() || plan.ladder.empty()) {
    std::abort();
  }
  if (plan.boundaries.front() != 0 || plan.boundaries.back() != plan.frames) std::abort();
  check_ascending(plan.boundaries);
  check_ascending(plan.idrs);
  if (plan.chunks.front().first_segment != 0) std::abort();
  if (plan.chunks.back().end_segment != plan.segments()) std::abort();
  for (const Rendition& rendition : plan.ladder) {
    const bool even = rendition.width % 2 == 0 && rendition.height % 2 == 0;
    if (!even || rendition.width < 2 || rendition.height < 2) {
      std::abort();
    }
  }
  for (const auto& sound : plan.sounds) check_ascending(sound.boundaries);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(plan::plan_from_json(text));
  const auto info = plan::source_info_from_json(text);
  if (!info) return 0;
  if (!plan::source_info_from_json(plan::to_json(*info))) std::abort();
  plan::Policy policy;
  policy.cores = 4;
  const auto made = plan::make_plan(*info, policy);
  if (!made) return 0;
  check_plan(*made, policy);
  const std::string written = plan::to_json(*made);
  const auto again = plan::plan_from_json(written);
  if (!again || plan::to_json(*again) != written) std::abort();
  return 0;
}

}  // namespace vodmill
