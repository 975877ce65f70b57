// A fact about a video with a per-video sequence number; feeds SSE now, webhooks later.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "core/ids.h"

namespace vodmill {

namespace event {
inline constexpr std::string_view kCreated = "video.created";
inline constexpr std::string_view kProcessing = "video.processing";  // a coordinator has it
inline constexpr std::string_view kPlanned = "video.planned";
inline constexpr std::string_view kPlayable = "video.playable";
inline constexpr std::string_view kCompleted = "video.completed";
inline constexpr std::string_view kFailed = "video.failed";
inline constexpr std::string_view kCancelled = "video.cancelled";
inline constexpr std::string_view kUpdated = "video.updated";  // its metadata or priority
inline constexpr std::string_view kRetried = "video.retried";
inline constexpr std::string_view kDeleted = "video.deleted";
}  // namespace event

struct Event {
  std::int64_t id = 0;  // of the firehose: ascending over all videos
  VideoId video;
  std::int64_t sequence = 0;  // of this video: 1, 2, 3, ... without gaps
  std::string type;
  std::string data;  // JSON object
  Timestamp at;
};

}  // namespace vodmill
