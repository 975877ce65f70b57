// What a line of the log says it is about. For the call alone: nothing is copied.
#pragma once

#include "base/log.h"
#include "core/task.h"

namespace vodmill::worker {

inline log::Fields about(const Task& task) {
  return {{"video", task.video.str()}, {"task", task.id.str()}};
}

}  // namespace vodmill::worker
