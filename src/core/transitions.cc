#include "core/transitions.h"

#include <array>

namespace vodmill {
namespace {

using enum VideoStatus;

constexpr std::array kVideo{
    VideoTransition{pending, processing, "a worker begins to coordinate it"},
    VideoTransition{pending, cancelled, "cancel or delete"},
    VideoTransition{processing, completed, "everything is stored, verified and listed"},
    VideoTransition{processing, failed, "a task failed, or the source is none that can be used"},
    VideoTransition{processing, cancelled, "cancel, delete, or a retry that supersedes it"},
};

constexpr std::array kTask{
    TaskTransition{TaskState::waiting, TaskState::leased, "a worker with a free slot"},
    TaskTransition{TaskState::waiting, TaskState::cancelled, "its video ended otherwise"},
    TaskTransition{TaskState::leased, TaskState::completed, "its mill made all of it"},
    TaskTransition{TaskState::leased, TaskState::failed,
                   "a final error, the last attempt spent, or too many leases lost"},
    TaskTransition{TaskState::leased, TaskState::waiting,
                   "its mill crashed with attempts left, or it was given back"},
    TaskTransition{TaskState::leased, TaskState::cancelled, "its video ended otherwise"},
};

template <class Transitions>
std::string describe(const Transitions& transitions) {
  std::string text = "```mermaid\nstateDiagram-v2\n";
  for (const auto& one : transitions) {
    text.append("  ").append(name_of(one.from)).append(" --> ").append(name_of(one.to)) += '\n';
  }
  text += "```\n\n| from | to | by |\n|---|---|---|\n";
  for (const auto& one : transitions) {
    text.append("| `").append(name_of(one.from)).append("` | `").append(name_of(one.to));
    text.append("` | ").append(one.by).append(" |\n");
  }
  return text;
}

}  // namespace

std::span<const VideoTransition> video_transitions() { return kVideo; }
std::span<const TaskTransition> task_transitions() { return kTask; }

std::string describe_transitions() {
  return "# States\n\nWritten from `src/core/transitions.cc` by its test; the conformance suite "
         "of the catalog sees each of these changes and\nno other.\n\n"
         "## A generation of a video\n\nIt begins at `pending`. A retry begins another generation, "
         "from every status but `uploading`; a pending one that is retried\nwas cancelled first. "
         "`completed`, `failed` and `cancelled` are final.\n\n" +
         describe(kVideo) +
         "\n## A task\n\nIt begins at `waiting`. A lease that ran out is not a change: the task "
         "stays `leased`, and whoever takes it over has a new token.\n\n" +
         describe(kTask);
}

}  // namespace vodmill
