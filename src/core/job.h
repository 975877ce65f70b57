// The durable message "process this generation of this video": the only thing that travels through
// a queue.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "core/ids.h"

namespace vodmill {

// BullMQ's words.
enum class JobState { waiting, delayed, active, completed, failed };

std::string_view name_of(JobState state);
std::optional<JobState> job_state_from(std::string_view name);

// The queue's own name for a message. Never parsed: the catalog's `messages` table says what it is
// about.
using MessageId = NamedString<struct MessageIdTag>;

struct NewJob {
  MessageId id;  // adding the same id twice is one job
  VideoId video;
  int generation = 1;
  int priority = 0;  // lower first
  Milliseconds delay{0};
  std::string owner = "";  // of the video
};

struct Job {
  MessageId id;
  VideoId video;
  int generation = 1;
  JobState state = JobState::waiting;
  int priority = 0;
  int attempts = 0;    // times acquired
  int progress = 0;    // percent, for dashboards
  std::string result;  // JSON, once completed or failed
};

struct JobCounts {
  std::int64_t waiting = 0, delayed = 0, active = 0, completed = 0, failed = 0;
};

}  // namespace vodmill
