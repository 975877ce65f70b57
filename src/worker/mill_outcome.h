// How a mill's work ended, and whose fault an error is: the video's, the mill's or ours. Pure.
#pragma once

#include <chrono>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "sandbox/child.h"
#include "sandbox/stage_times.h"

namespace vodmill::worker {

// What became of a task, and so what the catalog is to be told.
enum class MillEnd {
  done,      // `result` is the task's
  refused,   // the video cannot be done: `error` is final
  crashed,   // the mill ended without a word, broke its protocol, hung or grew too large
  hindered,  // something on our side is away: the store, the sandbox, the worker itself
  lost,      // the task is no longer ours
};

struct MillOutcome {
  MillEnd end = MillEnd::hindered;
  json::object result;
  Error error;
  std::chrono::milliseconds cpu_time{0};
  sandbox::StageTimes stages = {};  // as the mill says; of one that is done
};

// How a task ends whose segments or source met this error.
MillEnd end_of(ErrorCode code);

// A mill may judge the video and nothing else: not our store, not our leases.
bool may_be_said_of_a_video(ErrorCode code);

// Of a mill that broke down: `how`, for people who can do nothing about it.
Error crash(std::string_view how);

// Of a mill that ended without a word.
Error error_of(const sandbox::ExitStatus& status);

}  // namespace vodmill::worker
