// Whether this worker may begin one more task: a slot, memory for its mill, room on the store's
// disk; and what its videos are told while it may not.
//
// One executor, one thread. Owned by the Worker; outlives every Mill.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plan.h"
#include "core/source.h"
#include "core/vitals.h"
#include "worker/context.h"
#include "worker/watched_store.h"

namespace vodmill::worker {

// What the mill of a chunk may need, in bytes: the program, and of every pixel of the source and of
// the ladder the frames that decoder, filters and encoders keep. docs/operations.md has the figure.
std::int64_t mill_memory(const SourceInfo& info, const Plan& plan);

// The same of a mill that decodes and encodes no video.
std::int64_t still_memory(const SourceInfo& info);

// What a video waits for of which none of the tasks is leased.
enum class Wait {
  turn,    // of its next task, at this worker
  others,  // the same at other workers: this one may not do its tasks
  retry,   // all tasks that are left are delayed
  engine,  // nobody may do its tasks
};

// Of the tasks of one video; nullopt where some are leased or none is left.
std::optional<Wait> wait_of(const std::vector<Task>& tasks);

class Admission {
 public:
  // The store of the worker; `space` may be none. All outlive it.
  Admission(const WorkerOptions& options, const WatchedStore& store, DiskSpace* space)
      : options_(options), store_(store), space_(space) {}

  // A mill that runs: counted until it is destroyed.
  class Mill {
   public:
    Mill() = default;
    Mill(Mill&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), bytes_(other.bytes_) {}
    Mill& operator=(Mill&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Mill() {
      if (admission_) admission_->end(bytes_);
    }

   private:
    friend class Admission;
    Mill(Admission& admission, std::int64_t bytes) : admission_(&admission), bytes_(bytes) {}

    Admission* admission_ = nullptr;
    std::int64_t bytes_ = 0;
  };

  Mill begin(std::int64_t bytes);

  // Bytes that one more mill may need. Any number where none runs: a task that is larger than all
  // there is has the machine to itself.
  std::int64_t room() const;

  // Looks at the disk, at most once a heartbeat. A disk that cannot be asked counts as roomy: the
  // store itself will say what is wrong.
  asio::awaitable<bool> disk_has_room();

  // Of core/waiting_reason.h; "" where the video does not wait.
  std::string_view reason(std::optional<Wait> wait) const;

 private:
  void end(std::int64_t bytes);
  std::string_view reason_of_turn() const;

  const WorkerOptions& options_;
  const WatchedStore& store_;
  DiskSpace* const space_;
  int running_ = 0;
  std::int64_t used_ = 0;
  bool disk_is_short_ = false;
  std::optional<std::chrono::steady_clock::time_point> looked_at_;
};

}  // namespace vodmill::worker
