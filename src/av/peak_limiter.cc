#include "av/peak_limiter.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace vodmill::av {
namespace {

std::span<float> plane_of(AVFrame& frame, std::size_t channel) {
  return {reinterpret_cast<float*>(frame.extended_data[channel]),
          static_cast<std::size_t>(frame.nb_samples)};
}

float gain_for(const std::vector<std::vector<float>>& planes) {
  float peak = 0;
  for (const std::vector<float>& plane : planes) {
    for (const float sample : plane) peak = std::max(peak, std::abs(sample));
  }
  return peak > PeakLimiter::kCeiling ? PeakLimiter::kCeiling / peak : 1;
}

// From one gain at the first sample to another behind the last.
void apply(std::vector<float>& samples, float from, float to) {
  if (from == 1 && to == 1) return;
  const auto count = static_cast<float>(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] *= from + (to - from) * static_cast<float>(i) / count;
  }
}

}  // namespace

bool PeakLimiter::pass(AVFrame& frame, bool is_mix) {
  Planes planes;
  for (int c = 0; c < frame.ch_layout.nb_channels; ++c) {
    const std::span<float> samples = plane_of(frame, static_cast<std::size_t>(c));
    planes.emplace_back(samples.begin(), samples.end());
  }
  const float allowed = is_mix ? gain_for(planes) : 1;
  const float next_edge = std::min(allowed_, allowed);
  held_.swap(planes);
  for (std::size_t c = 0; c < planes.size(); ++c) {
    apply(planes[c], edge_, next_edge);
    std::ranges::copy(planes[c], plane_of(frame, c).begin());
  }
  allowed_ = allowed;
  edge_ = next_edge;
  return !planes.empty();
}

}  // namespace vodmill::av
