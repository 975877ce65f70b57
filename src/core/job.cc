#include "core/job.h"

#include <array>

namespace vodmill {
namespace {

constexpr std::array<std::string_view, 5> kNames{"waiting", "delayed", "active", "completed",
                                                 "failed"};

}  // namespace

std::string_view name_of(JobState state) { return kNames.at(static_cast<std::size_t>(state)); }

std::optional<JobState> job_state_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i) == name) return static_cast<JobState>(i);
  }
  return std::nullopt;
}

}  // namespace vodmill
