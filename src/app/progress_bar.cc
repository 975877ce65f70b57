#include "app/progress_bar.h"

#include <cstdio>

namespace vodmill::app {

std::string progress_line(int percent, std::string_view status, double seconds) {
  constexpr int kWidth = 40;
  const int full = std::clamp(percent, 0, 100) * kWidth / 100;
  std::string bar(static_cast<std::size_t>(full), '=');
  if (full < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  return fmt::format("[{}] {:3d} %  {}  {:.1f} s", bar, percent, status, seconds);
}

void ProgressBar::show(const Video& video) {
  if (!enabled_) return;
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - started_;
  std::string_view status = name_of(video.status);
  if (video.status == VideoStatus::processing && video.playable) status = "playable";
  std::string line = progress_line(video.progress, status, since.count());
  if (line == shown_) return;
  shown_ = std::move(line);
  std::fprintf(stderr, "\r%s\033[K", shown_.c_str());
  std::fflush(stderr);
}

void ProgressBar::finish() {
  if (enabled_ && !shown_.empty()) std::fputc('\n', stderr);
}

}  // namespace vodmill::app
