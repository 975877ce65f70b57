#include "worker/admission.h"

#include <algorithm>

#include "base/log.h"
#include "core/waiting_reason.h"

namespace vodmill::worker {
namespace {

// Of a pixel of the source: ten frames of 8-bit 4:2:0, those that a decoder refers to and those on
// their way. Of a rung's: x264's look-ahead and references, some 25 frames with their half-size
// copies. On the large side: an 8K source counts 0.85 GB, where 0.52 GB were seen.
constexpr std::int64_t kBytesOfSourcePixel = 16;
constexpr std::int64_t kBytesOfRungPixel = 60;

constexpr int kMostCores = 2;  // of any task

}  // namespace

std::int64_t still_memory(const SourceInfo& info) {
  if (!info.video) return kSmallMillBytes;
  return kSmallMillBytes +
         kBytesOfSourcePixel * info.video->width * std::int64_t{info.video->height};
}

std::int64_t mill_memory(const SourceInfo& info, const Plan& plan) {
  std::int64_t bytes = still_memory(info);
  for (const Rendition& rung : plan.ladder) {
    bytes += kBytesOfRungPixel * rung.cost();
  }
  return bytes;
}

std::optional<Wait> wait_of(const std::vector<Task>& tasks) {
  std::optional<Wait> wait;
  for (const Task& task : tasks) {
    if (task.state == TaskState::leased) return std::nullopt;
    if (task.state != TaskState::waiting) continue;
    if (!task.is_delayed) wait = Wait::turn;
    if (!wait) wait = Wait::retry;
  }
  return wait;
}

Needs needs_of(const std::vector<Task>& tasks) {
  const auto next = std::ranges::find_if(
      tasks, [](const Task& task) { return task.state == TaskState::waiting && !task.is_delayed; });
  if (next == tasks.end()) return {};
  return {.cores = next->cores, .memory = next->memory, .is_urgent = next->urgency == kUrgent};
}

Admission::Mill Admission::begin(int cores, std::int64_t bytes) {
  const Mill::Load load{
      .cores = std::min(cores, options_.slots), .bytes = bytes, .is_beside = cores > this->cores()};
  ++running_;
  (load.is_beside ? beside_ : taken_) += load.cores;
  used_ += bytes;
  return {*this, load};
}

void Admission::end(const Mill::Load& load) {
  --running_;
  (load.is_beside ? beside_ : taken_) -= load.cores;
  used_ -= load.bytes;
}

int Admission::cores() const {
  if (taken_ == 0) return kAnyCores;
  const int left = options_.slots - taken_;
  const bool is_odd = left == 1 && options_.slots % kMostCores == 1;
  return is_odd ? kMostCores : std::max(left, 0);
}

int Admission::urgent_cores() const { return beside_ == 0 ? kAnyCores : cores(); }

int Admission::busy() const { return std::min(taken_ + beside_, options_.slots); }

std::int64_t Admission::room() const {
  if (options_.memory_bytes == 0 || running_ == 0) return kAnyRoom;
  return std::max<std::int64_t>(options_.memory_bytes - used_, 0);
}

asio::awaitable<bool> Admission::disk_has_room() {
  const auto now = std::chrono::steady_clock::now();
  if (!space_ || (looked_at_ && now - *looked_at_ < options_.heartbeat)) co_return !disk_is_short_;
  looked_at_ = now;
  const Result<std::int64_t> free = co_await space_->free_bytes();
  const bool is_short = free && *free < options_.disk_floor;
  if (is_short && !disk_is_short_) {
    log::warn("{} bytes of disk are free, {} are to stay free: no task is begun", *free,
              options_.disk_floor);
  }
  if (!is_short && disk_is_short_) log::info("the disk has room again");
  disk_is_short_ = is_short;
  co_return !is_short;
}

// What may be leased is leased at once, but for a task that does not fit and all that come after
// it: if this one fits, one before it does not.
std::string_view Admission::reason_of_turn(const Needs& next) const {
  if (disk_is_short_) return waiting::kDiskFull;
  if (next.cores > (next.is_urgent ? urgent_cores() : cores())) return waiting::kForSlot;
  if (next.memory > room()) return waiting::kForMemory;
  if (cores() < kMostCores) return waiting::kForSlot;
  return room() == kAnyRoom ? "" : waiting::kForMemory;
}

std::string_view Admission::reason(std::optional<Wait> wait, const Needs& next) const {
  if (!store_.trouble().empty()) return store_.trouble();
  if (!wait) return "";
  switch (*wait) {
    case Wait::turn:
      return reason_of_turn(next);
    case Wait::others:
      return waiting::kForSlot;
    case Wait::retry:
      return waiting::kForRetry;
    case Wait::engine:
      return waiting::kForEngine;
  }
  std::unreachable();
}

}  // namespace vodmill::worker
