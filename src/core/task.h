// A piece of one video's work: a row in the catalog, leased by one worker at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "core/ids.h"

namespace vodmill {

// Fencing token: minted by the catalog, larger at every lease of any task of the generation, so
// that it names one lease. A write with an old one is refused.
struct Token {
  std::int64_t value = 0;
  auto operator<=>(const Token&) const = default;
};

enum class TaskKind {
  probe,
  chunk,  // makes thumbs too
  audio,
  stills,  // one picture of any time; its rows are not among the tasks: see core/still.h
};

std::string_view name_of(TaskKind kind);
std::optional<TaskKind> task_kind_from(std::string_view name);

enum class TaskState {
  waiting,  // may be leased from not_before on
  leased,   // a worker holds it until lease_until
  completed,
  failed,     // its error is final, or its attempts are spent
  cancelled,  // a sibling failed, or the video was cancelled, retried or deleted
};

std::string_view name_of(TaskState state);
std::optional<TaskState> task_state_from(std::string_view name);

// The smallest urgency: that of what a video needs to play soon.
inline constexpr int kUrgent = 0;

// What a generation's tasks are made from. Smaller urgency first; then the video's priority.
struct NewTask {
  TaskKind kind = TaskKind::probe;
  int index = 0;            // the chunk's or the sound's number in the plan; 0 for the others
  int urgency = kUrgent;    // probe, first chunk, first sound; 1: the later ones
  std::int64_t cost = 0;    // units of progress (pixels x frames); 0 for the probe
  EngineBuild build;        // "" for the probe: any build may lease it
  std::int64_t memory = 0;  // bytes that its mill may need; 0: not worth counting
  int cores = 1;            // that its mill keeps busy
};

struct Task {
  TaskId id;
  VideoId video;
  int generation = 0;
  TaskKind kind = TaskKind::probe;
  int index = 0;
  TaskState state = TaskState::waiting;
  bool is_delayed = false;  // waiting for a moment still to come; said by GenerationCatalog alone
  int attempts = 0;         // crashes of its mill
  int losses = 0;           // leases that ran out since its last committed segment
  std::int64_t cost = 0;
  std::int64_t done = 0;    // of cost
  std::int64_t memory = 0;  // bytes that its mill may need
  int cores = 1;            // that its mill keeps busy
  int urgency = kUrgent;    // as in NewTask
  std::string result;       // JSON; the probe's SourceInfo
  std::optional<Error> error;
};

// What a mill may need that makes no pictures, and any mill beside its pictures: the program, its
// libraries and what is read ahead of the source.
inline constexpr std::int64_t kSmallMillBytes = 100'000'000;

// Crashes of a mill before the task fails, and leases lost in a row before it counts as
// worker_lost.
inline constexpr int kMaxAttempts = 2;
inline constexpr int kMaxLosses = 10;

}  // namespace vodmill
