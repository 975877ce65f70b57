// Whether this worker may begin one more task: slots, which are the cores that its mill keeps busy,
// memory for the mill, room on the store's disk; and what its videos are told while it may not.
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

// What there must be for a task.
struct Needs {
  int cores = 1;
  std::int64_t memory = 0;
  bool is_urgent = false;
};

// Of the task of a video that is leased next, of those in the order of GenerationCatalog::tasks.
Needs needs_of(const std::vector<Task>& tasks);

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
        : admission_(std::exchange(other.admission_, nullptr)), load_(other.load_) {}
    Mill& operator=(Mill&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(load_, other.load_);
      return *this;
    }
    ~Mill() {
      if (admission_) admission_->end(load_);
    }

    // That it keeps busy; of a worker that has fewer than it could use, all.
    int cores() const { return load_.cores; }

   private:
    friend class Admission;
    struct Load {
      int cores = 0;
      std::int64_t bytes = 0;
      bool is_beside = false;  // the slots
    };
    Mill(Admission& admission, Load load) : admission_(&admission), load_(load) {}

    Admission* admission_ = nullptr;
    Load load_;
  };

  // One that keeps more cores busy than are free runs beside the slots.
  Mill begin(int cores, std::int64_t bytes);

  // Cores that one more mill may keep busy. Any number where no slot is taken: a task that could
  // use more than there are has them to itself. Two where the last of an odd number of slots is
  // left: it would be idle else, as most mills keep two busy.
  int cores() const;

  // The same of an urgent task. One of these at a time may run beside the slots, so that an upload
  // plays soon while long chunks are made.
  int urgent_cores() const;

  // Slots that are taken; as long as there are any, what runs beside them is in them.
  int busy() const;

  // Bytes that one more mill may need. Any number where none runs: a task that is larger than all
  // there is has the machine to itself.
  std::int64_t room() const;

  // Looks at the disk, at most once a heartbeat. A disk that cannot be asked counts as roomy: the
  // store itself will say what is wrong.
  asio::awaitable<bool> disk_has_room();

  // Of core/waiting_reason.h; "" where the video does not wait.
  std::string_view reason(std::optional<Wait> wait, const Needs& next) const;

 private:
  void end(const Mill::Load& load);
  std::string_view reason_of_turn(const Needs& next) const;

  const WorkerOptions& options_;
  const WatchedStore& store_;
  DiskSpace* const space_;
  int running_ = 0;  // mills, also those that take no slot
  int taken_ = 0;    // slots
  int beside_ = 0;   // cores of the mill that runs beside them
  std::int64_t used_ = 0;
  bool disk_is_short_ = false;
  std::optional<std::chrono::steady_clock::time_point> looked_at_;
};

}  // namespace vodmill::worker
