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
    VideoTransition{processing, cancelled,
                    "cancel, delete, or a new generation that supersedes it"},
};

constexpr std::array kTask{
    TaskTransition{TaskState::waiting, TaskState::leased, "a worker with free slots"},
    TaskTransition{TaskState::waiting, TaskState::cancelled, "its video ended otherwise"},
    TaskTransition{TaskState::leased, TaskState::completed, "its mill made all of it"},
    TaskTransition{TaskState::leased, TaskState::failed,
                   "a final error, the last attempt spent, or too many leases lost"},
    TaskTransition{TaskState::leased, TaskState::waiting,
                   "its mill crashed with attempts left, or it was given back"},
    TaskTransition{TaskState::leased, TaskState::cancelled, "its video ended otherwise"},
};

}  // namespace

std::span<const VideoTransition> video_transitions() { return kVideo; }
std::span<const TaskTransition> task_transitions() { return kTask; }

}  // namespace vodmill
