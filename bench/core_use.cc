// vodmill_core_use CORES SECONDS SOUND MAIN TOP: how long a video of so many seconds of 1080p25
// takes on a machine with so many cores, and how busy they are, as JSON.
//
// The chunks are those of the real planner; mills are simulated with measured costs, in
// CPU-seconds a second of video: SOUND of the sound, MAIN of a chunk's first thread, TOP of the
// thread of its largest rendition. Every thread that can run gets an equal share of the cores.
// Bench program.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <limits>
#include <numeric>
#include <vector>

#include "plan/planner.h"

namespace vodmill {
namespace {

constexpr Rational kRate{25, 1};
constexpr double kStartSeconds = 0.1;  // of a mill, where no spare waits: CPU and wall alike
constexpr std::int64_t kThrownAwayFrames = 24;  // around a chunk: twelve before and twelve after it

struct Mill {
  std::vector<double> left;  // CPU-seconds that each of its threads has still to do
  int cores = 1;             // as the scheduler counts them
  bool is_urgent = false;
  bool is_beside = false;  // the slots
};

struct Costs {
  double sound, main, top;
};

Plan plan_of(double seconds, int cores) {
  VideoStreamInfo video;
  video.codec = "h264";
  video.pixel_format = "yuv420p";
  video.width = 1920;
  video.height = 1080;
  video.time_base = {1, 25};
  video.packets = video.end_pts = static_cast<std::int64_t>(seconds * kRate.value());
  video.least_rate = video.grid_rate = kRate;
  video.keyframes = {0};
  SourceInfo info;
  info.container = "mpegts";
  info.video = video;
  auto plan = plan::make_plan(info, {.cores = cores});
  if (!plan) {
    fmt::print(stderr, "{}\n", plan.error().message);
    std::exit(1);
  }
  return std::move(*plan);
}

// What a chunk's encoders are given, in seconds.
double coded_seconds(const Plan& plan, const Chunk& chunk) {
  const auto at = [&](int n) { return plan.boundaries[static_cast<std::size_t>(n)]; };
  const std::int64_t frames = at(chunk.end_segment) - at(chunk.first_segment) + kThrownAwayFrames;
  return static_cast<double>(frames) / kRate.value();
}

// In the order in which workers take them: the first chunk, the sound, the other chunks.
std::deque<Mill> mills_of(const Plan& plan, const Costs& costs) {
  std::deque<Mill> mills;
  for (const Chunk& chunk : plan.chunks) {
    const double seconds = coded_seconds(plan, chunk);
    mills.push_back({.left = {kStartSeconds + seconds * costs.main, seconds * costs.top},
                     .cores = plan.cores_of_chunk(),
                     .is_urgent = mills.empty()});
  }
  const double seconds = static_cast<double>(plan.frames) / kRate.value();
  mills.insert(mills.begin() + 1,
               {.left = {kStartSeconds + seconds * costs.sound}, .is_urgent = true});
  return mills;
}

// Begins as many as worker/admission.h lets in: those that fit into the slots, and an urgent one
// beside them.
void begin(std::deque<Mill>& waiting, std::vector<Mill>& running, int slots) {
  for (; !waiting.empty(); waiting.pop_front()) {
    int taken = 0;
    for (const Mill& mill : running) taken += mill.is_beside ? 0 : std::min(mill.cores, slots);
    const int left = slots - taken;
    const bool is_odd = left == 1 && slots % 2 == 1;
    Mill& next = waiting.front();
    next.is_beside = taken > 0 && next.cores > (is_odd ? 2 : left);
    const bool none_is_beside = std::ranges::none_of(running, &Mill::is_beside);
    if (next.is_beside && !(next.is_urgent && none_is_beside)) return;
    running.push_back(std::move(next));
  }
}

// Seconds until all is done.
double simulate(std::deque<Mill> waiting, int cores) {
  std::vector<Mill> running;
  double now = 0;
  for (;;) {
    std::erase_if(running, [](const Mill& mill) {
      return std::ranges::all_of(mill.left, [](double left) { return left < 1e-9; });
    });
    begin(waiting, running, cores);
    if (running.empty()) return now;
    std::vector<double*> threads;
    for (Mill& mill : running) {
      for (double& left : mill.left) {
        if (left >= 1e-9) threads.push_back(&left);
      }
    }
    const double speed = std::min(1.0, cores / static_cast<double>(threads.size()));
    double least = std::numeric_limits<double>::max();
    for (const double* left : threads) least = std::min(least, *left);
    for (double* left : threads) *left -= least;
    now += least / speed;
  }
}

int measure(int cores, double seconds, const Costs& costs) {
  const Plan plan = plan_of(seconds, cores);
  const std::deque<Mill> mills = mills_of(plan, costs);
  double work = 0;
  for (const Mill& mill : mills) work += std::accumulate(mill.left.begin(), mill.left.end(), 0.0);
  double coded = 0;
  for (const Chunk& chunk : plan.chunks) coded += coded_seconds(plan, chunk);
  const double taken = simulate(mills, cores);
  fmt::print(R"({{"seconds": {:.3f}, "core_use": {:.4f}, "coded_seconds": {:.3f}}})"
             "\n",
             taken, work / taken / cores, coded);
  return 0;
}

}  // namespace
}  // namespace vodmill

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: vodmill_core_use CORES SECONDS SOUND MAIN TOP\n", stderr);
    return 2;
  }
  const auto number = [&](int i) { return std::atof(argv[i]); };
  const int cores = std::max(1, std::atoi(argv[1]));
  return vodmill::measure(cores, number(2), {number(3), number(4), number(5)});
}
