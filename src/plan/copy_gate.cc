#include "plan/copy_gate.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "plan/segment_lengths.h"

namespace vodmill::plan {
namespace {

constexpr double kLongestSeconds = kSegmentSeconds + 0.5;  // Apple 7.7

bool is_bt709(const std::string& word, int height) {
  const bool is_untold = word.empty() || word == "unknown";
  return word == "bt709" || (is_untold && height >= kHighDefinitionLines);
}

std::string obstacle_of_picture(const VideoStreamInfo& video, const Plan& plan) {
  const Rendition& top = plan.ladder.front();
  if (!video.copy.obstacle.empty()) return video.copy.obstacle;
  if (plan.rotation != 0 || plan.mirrored) return "it has to be turned";
  if (video.sample_aspect != Rational{1, 1}) return "its pixels are not square";
  if (plan.deinterlace) return "it is interlaced";
  if (video.full_range) return "its colours are of full range";
  if (!is_bt709(video.matrix, video.height) || !is_bt709(video.transfer, video.height) ||
      !is_bt709(video.primaries, video.height)) {
    return "its colours are not BT.709";
  }
  if (video.width != top.width || video.height != top.height) {
    return fmt::format("{}x{} is no size of the ladder", video.width, video.height);
  }
  if (video.grid_rate != plan.fps) return "its rate is not constant, or above 60 frames a second";
  if (video.packets != plan.frames) return "pictures are missing, or there are too many";
  return {};
}

// The cuts that make segments of about kSegmentSeconds; fewer than two if a GOP is too long.
std::vector<std::int64_t> group(const std::vector<std::int64_t>& cuts, const Plan& plan) {
  const double fps = plan.fps.value();
  std::vector<std::int64_t> ends(cuts.begin() + 1, cuts.end());
  ends.push_back(plan.frames);
  std::vector<std::int64_t> boundaries{0};
  for (std::size_t next = 0; next < ends.size();) {
    const double wanted = boundaries.size() == 1 ? kGopSeconds : kSegmentSeconds;
    const auto length = [&](std::size_t end) {
      return static_cast<double>(ends[end] - boundaries.back()) / fps;
    };
    std::size_t best = ends.size();
    for (std::size_t i = next; i < ends.size() && length(i) < kLongestSeconds; ++i) {
      const bool is_nearer =
          best == ends.size() || std::abs(length(i) - wanted) < std::abs(length(best) - wanted);
      const bool is_last = i + 1 == ends.size();
      if (is_nearer || (is_last && length(i) - length(best) <= kShortTailSeconds)) best = i;
    }
    if (best == ends.size()) return {};
    boundaries.push_back(ends[best]);
    next = best + 1;
  }
  return boundaries;
}

// The bits of the segment with the most of them, a second of it: kbit/s.
double peak_kbps(const CopyFacts& copy, const std::vector<std::int64_t>& boundaries, double fps) {
  double peak = 0;
  std::size_t cut = 0;
  for (std::size_t i = 1; i < boundaries.size(); ++i) {
    std::int64_t bytes = 0;
    for (; cut < copy.cuts.size() && copy.cuts[cut] < boundaries[i]; ++cut)
      bytes += copy.bytes[cut];
    const double seconds = static_cast<double>(boundaries[i] - boundaries[i - 1]) / fps;
    peak = std::max(peak, static_cast<double>(bytes) * 8 / 1000 / seconds);
  }
  return peak;
}

CopyDecision refused(std::string obstacle) {
  return {.obstacle = std::move(obstacle), .kbps = 0, .boundaries = {}};
}

}  // namespace

CopyDecision decide_copy(const VideoStreamInfo& video, const Plan& plan) {
  if (std::string obstacle = obstacle_of_picture(video, plan); !obstacle.empty()) {
    return refused(std::move(obstacle));
  }
  if (video.copy.cuts.empty() || video.copy.cuts.back() >= plan.frames) {
    return refused("it has no picture to cut at");
  }
  std::vector<std::int64_t> boundaries = group(video.copy.cuts, plan);
  if (boundaries.empty()) {
    return refused(
        fmt::format("a closed group of its pictures is longer than {} s", kLongestSeconds));
  }
  const double peak = peak_kbps(video.copy, boundaries, plan.fps.value());
  const int most = plan.ladder.front().max_kbps;
  if (peak > most) {
    return refused(
        fmt::format("a segment of it has {:.0f} kbit/s, and {} are allowed", peak, most));
  }
  return {.obstacle = {}, .kbps = peak, .boundaries = std::move(boundaries)};
}

}  // namespace vodmill::plan
