#include "core/task.h"

#include <array>

namespace vodmill {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"probe", "chunk", "audio", "stills"};
constexpr std::array<std::string_view, 5> kStates{"waiting", "leased", "completed", "failed",
                                                  "cancelled"};

}  // namespace

std::string_view name_of(TaskKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }
std::string_view name_of(TaskState state) { return kStates.at(static_cast<std::size_t>(state)); }

std::optional<TaskKind> task_kind_from(std::string_view name) {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds.at(i) == name) return static_cast<TaskKind>(i);
  }
  return std::nullopt;
}

std::optional<TaskState> task_state_from(std::string_view name) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates.at(i) == name) return static_cast<TaskState>(i);
  }
  return std::nullopt;
}

}  // namespace vodmill
