// Every change of status that there is, and what makes it. The conformance suite of the catalog
// walks at random and finds each of these and no other; docs/states.md is written from them.
#pragma once

#include <span>
#include <string_view>

#include "core/task.h"
#include "core/video.h"

namespace vodmill {

// Of one generation. A retry is not among them: it begins a new generation at pending, and is legal
// from every status but uploading.
struct VideoTransition {
  VideoStatus from, to;
  std::string_view by;
};
std::span<const VideoTransition> video_transitions();

struct TaskTransition {
  TaskState from, to;
  std::string_view by;
};
std::span<const TaskTransition> task_transitions();

}  // namespace vodmill
