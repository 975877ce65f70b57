#include "hls/storyboard.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>

#include "hls/names.h"

namespace vodmill::hls {
namespace {

// WebVTT, 3.3: hours may have more than two digits.
std::string time_of(std::int64_t frame, Rational fps) {
  const std::int64_t ms = mul_div_round(frame * 1000, fps.den, fps.num);
  return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                     ms % 1000);
}

}  // namespace

std::string render_storyboard(const Plan& plan, std::span<const Thumbs> rows) {
  std::string text = "WEBVTT\n";
  if (!plan.thumbs) return text;
  const ThumbPlan& thumbs = *plan.thumbs;
  for (const Thumbs& row : rows) {
    if (row.segment < 0 || row.segment >= plan.segments()) continue;
    const auto frames = plan.thumbs_of(row.segment);
    const std::int64_t end = plan.boundaries[static_cast<std::size_t>(row.segment) + 1];
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const std::int64_t until = i + 1 < frames.size() ? frames[i + 1] : end;
      fmt::format_to(std::back_inserter(text), "\n{} --> {}\n{}#xywh={},0,{},{}\n",
                     time_of(frames[i], plan.fps), time_of(until, plan.fps), segment_uri(row.strip),
                     i * static_cast<std::size_t>(thumbs.width), thumbs.width, thumbs.height);
    }
  }
  return text;
}

const Thumbs* best_poster(std::span<const Thumbs> rows, bool ended) {
  const Thumbs* best = nullptr;
  for (const Thumbs& row : rows) {
    if (row.poster.str().empty() || (row.score == 0 && !ended)) continue;
    if (!best || row.score > best->score) best = &row;
  }
  return best;
}

}  // namespace vodmill::hls
