// One file of this machine through the whole machinery, in memory: for `vodmill transcode`.
//
// The same coordinator and task runner as a server's, on SQLite in memory and a folder.
#pragma once

#include <filesystem>
#include <functional>

#include "app/stores.h"
#include "core/video.h"

namespace vodmill::app {

// Processes `input` into `folder` and returns the finished video. `watch` sees it every tenth of a
// second. The video may have ended in failure: look at its status. What the worker counts is in
// `registry`.
Result<Video> process_file(const std::filesystem::path& input, const std::filesystem::path& folder,
                           worker::WorkerOptions options, metrics::Registry& registry,
                           const std::function<void(const Video&)>& watch);

}  // namespace vodmill::app
