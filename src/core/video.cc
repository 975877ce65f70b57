#include "core/video.h"

#include <array>

namespace vodmill {
namespace {

constexpr std::array<std::string_view, 6> kNames{"uploading", "pending", "processing",
                                                 "completed", "failed",  "cancelled"};

}  // namespace

std::string_view name_of(VideoStatus status) { return kNames.at(static_cast<std::size_t>(status)); }

std::optional<VideoStatus> video_status_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i) == name) return static_cast<VideoStatus>(i);
  }
  return std::nullopt;
}

bool is_final(VideoStatus status) {
  return status == VideoStatus::completed || status == VideoStatus::failed ||
         status == VideoStatus::cancelled;
}

}  // namespace vodmill
