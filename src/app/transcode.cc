#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/local_run.h"
#include "app/machine.h"
#include "app/profile.h"
#include "app/progress_bar.h"
#include "app/worker_options.h"

namespace vodmill::app {

namespace {

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int transcode(const Settings& settings) {
  const auto begun = std::chrono::steady_clock::now();
  metrics::Registry registry;
  auto options = worker_options(settings);
  if (!options) return complain(options.error());
  const sandbox::CpuClass lowest;
  stand_back(options->child, lowest);
  ProgressBar bar(::isatty(STDERR_FILENO) == 1);
  const auto video = process_file(settings.input, settings.output, std::move(*options), registry,
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
  if (settings.profile) {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
    const RunCost cost{.own_seconds = own_cpu_seconds(),
                       .wall_seconds = wall.count(),
                       .processors = usable_processors()};
    std::fputs(profile_text(registry.families(), cost).c_str(), stdout);
  }
  return 0;
}

}  // namespace vodmill::app
