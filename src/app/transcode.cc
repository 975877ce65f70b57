#include <unistd.h>

#include <cstdio>

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/local_run.h"
#include "app/progress_bar.h"
#include "app/worker_options.h"

namespace vodmill::app {

int transcode(const Settings& settings) {
  auto options = worker_options(settings);
  if (!options) return complain(options.error());
  const sandbox::CpuClass lowest;
  stand_back(options->child, lowest);
  ProgressBar bar(::isatty(STDERR_FILENO) == 1);
  const auto video = process_file(settings.input, settings.output, std::move(*options),
                                  [&](const Video& now) { bar.show(now); });
  bar.finish();
  if (!video) return complain(video.error());
  if (video->status != VideoStatus::completed) {
    return complain(video->error.value_or(
        Error{ErrorCode::internal_error, "The video ended without a reason."}));
  }
  if (video->partial) {
    std::fprintf(stderr, "vodmill: partial: %s at %.1f s\n",
                 std::string(error_code_name(video->partial->reason)).c_str(),
                 video->partial->at_seconds);
  }
  std::printf("%s/index.m3u8\n", settings.output.c_str());
  return 0;
}

}  // namespace vodmill::app
