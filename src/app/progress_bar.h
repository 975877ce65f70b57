// A progress bar on standard error, for people at a terminal; silent elsewhere. Owned by
// `vodmill transcode`; one thread.
#pragma once

#include <chrono>
#include <string>

#include "core/video.h"

namespace vodmill::app {

class ProgressBar {
 public:
  explicit ProgressBar(bool enabled) : enabled_(enabled) {}

  void show(const Video& video);

  // Leaves the last line standing.
  void finish();

 private:
  const bool enabled_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::string shown_;
};

// One line of text without its end: "[=====>    ]  53 %  processing  12.4 s".
std::string progress_line(int percent, std::string_view status, double seconds);

}  // namespace vodmill::app
