#include "plan/ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace vodmill::plan {
namespace {

struct Rung {
  int short_side;
  int max_kbps;  // at up to 30 frames a second and 16:9; near Apple's table (1.25)
};

constexpr std::array kRungs{Rung{1080, 6000}, Rung{720, 3500}, Rung{480, 1600}, Rung{360, 900},
                            Rung{240, 450}};
static_assert(kRungs.back().short_side == kLeastMaxHeight);
constexpr int kCrf = 23;
constexpr int kHalfRateCrf = 28;  // about half the bits of kCrf
constexpr int kMinKbps = 80;
constexpr int kMaxSide = 4096;  // beyond, level 5.2 at full rate and most hardware end

// The even number of pixels nearest to `side`, and not above `most` unless that is below 2.
int even(double side, int most) {
  return std::max(2, std::min(2 * static_cast<int>(std::lround(side / 2)), most & ~1));
}

// Panoramas lose size until H.264 decoders take them.
ShownSize within_limit(ShownSize source) {
  const int longest = std::max(source.width, source.height);
  if (longest <= kMaxSide) return source;
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(mul_div_floor(side, kMaxSide, longest)));
  };
  return {scaled(source.width), scaled(source.height)};
}

Rendition rendition(int width, int height, int crf, int max_kbps) {
  return Rendition{.name = "",
                   .width = width,
                   .height = height,
                   .crf = crf,
                   .max_kbps = max_kbps,
                   .buffer_kbits = max_kbps * 3 / 2};
}

// The cap of a picture smaller than the smallest rung, by its share of that rung's area.
int small_kbps(int width, int height) {
  const Rung& smallest = kRungs.back();
  const double area = smallest.short_side * (smallest.short_side * 16.0 / 9.0);
  const double share = static_cast<double>(width) * height / area;
  return std::max(kMinKbps, static_cast<int>(smallest.max_kbps * std::min(1.0, share)));
}

// Keeps the largest and the smallest, and at most `most` in all.
void leave_out(std::vector<Rendition>& ladder, int most) {
  if (std::ssize(ladder) <= most) return;
  ladder.erase(ladder.begin() + most - 1, ladder.end() - 1);
}

}  // namespace

ShownSize shown_size(int width, int height, Rational sample_aspect, int rotation) {
  ShownSize size{width, height};
  // Stretch, never shrink: the coded samples all stay.
  if (sample_aspect.num > sample_aspect.den) {
    size.width = static_cast<int>(mul_div_round(width, sample_aspect.num, sample_aspect.den));
  } else {
    size.height = static_cast<int>(mul_div_round(height, sample_aspect.den, sample_aspect.num));
  }
  if (rotation % 180 != 0) std::swap(size.width, size.height);
  return size;
}

std::vector<Rendition> make_ladder(ShownSize shown, Rational fps, const LadderPolicy& policy) {
  const ShownSize source = within_limit(shown);
  const int short_side = std::min(source.width, source.height);
  const int largest = std::min(short_side, policy.max_height.value_or(short_side));
  const bool fast = Rational{30, 1} < fps && !(fps < Rational{31, 1});
  std::vector<Rendition> ladder;
  for (const Rung& rung : kRungs) {
    const bool is_smallest = rung.short_side == kRungs.back().short_side;
    if (rung.short_side > largest || (is_smallest && ladder.size() >= 3)) continue;
    const double scale = static_cast<double>(rung.short_side) / short_side;
    ladder.push_back(rendition(even(source.width * scale, source.width),
                               even(source.height * scale, source.height), kCrf, rung.max_kbps));
  }
  leave_out(ladder, policy.max_renditions.value_or(kMostRenditions));
  if (ladder.empty()) {
    const int width = even(source.width, source.width);
    const int height = even(source.height, source.height);
    ladder.push_back(rendition(width, height, kCrf, small_kbps(width, height)));
  }
  if (ladder.size() == 1) {
    const Rendition& only = ladder.front();
    ladder.push_back(rendition(only.width, only.height, kHalfRateCrf,
                               std::max(kMinKbps / 2, only.max_kbps / 2)));
  }
  for (std::size_t i = 0; i < ladder.size(); ++i) {
    ladder[i].name = "v" + std::to_string(i);
    if (fast) {
      ladder[i].max_kbps += ladder[i].max_kbps / 2;
      ladder[i].buffer_kbits += ladder[i].buffer_kbits / 2;
    }
  }
  return ladder;
}

}  // namespace vodmill::plan
