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

Admission::Mill Admission::begin(std::int64_t bytes) {
  ++running_;
  used_ += bytes;
  return {*this, bytes};
}

void Admission::end(std::int64_t bytes) {
  --running_;
  used_ -= bytes;
}

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

// With a slot free, what may be leased is leased at once, but for a task that does not fit and all
// that come after it.
std::string_view Admission::reason_of_turn() const {
  if (disk_is_short_) return waiting::kDiskFull;
  if (running_ >= options_.slots) return waiting::kForSlot;
  return room() == kAnyRoom ? "" : waiting::kForMemory;
}

std::string_view Admission::reason(std::optional<Wait> wait) const {
  if (!store_.trouble().empty()) return store_.trouble();
  if (!wait) return "";
  switch (*wait) {
    case Wait::turn:
      return reason_of_turn();
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
