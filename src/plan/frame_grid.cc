#include "plan/frame_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace vodmill::plan {
namespace {

constexpr std::array kKnownRates{
    Rational{24000, 1001}, Rational{24, 1}, Rational{25, 1},       Rational{30000, 1001},
    Rational{30, 1},       Rational{48, 1}, Rational{48000, 1001}, Rational{50, 1},
    Rational{60000, 1001}, Rational{60, 1}, Rational{12, 1},       Rational{15, 1},
    Rational{15000, 1001}, Rational{10, 1}, Rational{120, 1},      Rational{120000, 1001}};

__extension__ using Wide = __int128;

std::int64_t floor_div(Wide a, Wide b) {
  const Wide q = a / b;
  return static_cast<std::int64_t>((a % b != 0 && ((a < 0) != (b < 0))) ? q - 1 : q);
}

Rational reduced(std::int64_t num, std::int64_t den) {
  const std::int64_t divisor = std::gcd(num, den);
  return {num / divisor, den / divisor};
}

// The nearest known rate within `tolerance` (a share), else the rate itself in thousandths.
Rational snap(double rate, double tolerance) {
  Rational best{0, 1};
  double best_error = tolerance;
  for (const Rational known : kKnownRates) {
    const double error = std::abs(known.value() / rate - 1);
    if (error <= best_error) {
      best = known;
      best_error = error;
    }
  }
  if (best.num != 0) return best;
  return reduced(std::max<std::int64_t>(1, std::llround(rate * 1000)), 1000);
}

// The mean of one step where each delta is a whole number of steps near `step`, at most `most`.
// Timestamps rounded to milliseconds give it away only over many frames.
double mean_step(const std::vector<std::int64_t>& deltas, double step, double most) {
  double span = 0;
  double steps = 0;
  for (const std::int64_t delta : deltas) {
    const double count = std::round(static_cast<double>(delta) / step);
    if (count < 1 || count > most) continue;
    span += static_cast<double>(delta);
    steps += count;
  }
  return steps > 0 ? span / steps : step;
}

// How many frames have a place of their own at this rate.
std::int64_t places(const std::vector<std::int64_t>& pts, Rational time_base, Rational fps) {
  const FrameGrid grid{time_base, pts.front(), fps};
  std::int64_t count = 1;
  for (std::size_t i = 1; i < pts.size(); ++i) {
    if (grid.position(pts[i]) != grid.position(pts[i - 1])) ++count;
  }
  return count;
}

}  // namespace

std::int64_t FrameGrid::position(std::int64_t pts) const {
  // floor((pts - T0) * tb * fps + 1/2) = floor((2 a + b) / 2b)
  const Wide a = static_cast<Wide>(pts - first_pts) * time_base.num * fps.num;
  const Wide b = static_cast<Wide>(time_base.den) * fps.den;
  return floor_div(2 * a + b, 2 * b);
}

std::int64_t FrameGrid::pts_of(std::int64_t position) const {
  // (pts - T0) * tb * fps >= position - 1/2, rounded up.
  const Wide a = (2 * static_cast<Wide>(position) - 1) * time_base.den * fps.den;
  const Wide b = 2 * static_cast<Wide>(time_base.num) * fps.num;
  return first_pts - floor_div(-a, b);
}

Rational choose_rate(Rational grid_rate, Rational least_rate) {
  Rational rate = grid_rate;
  if (rate.num == 0) rate = least_rate.num == 0 ? Rational{25, 1} : least_rate;
  while (Rational{60, 1} < rate) {
    rate = rate.num % 2 == 0 ? Rational{rate.num / 2, rate.den} : Rational{rate.num, rate.den * 2};
  }
  return rate;
}

Rational find_grid_rate(const std::vector<std::int64_t>& pts, Rational time_base) {
  if (pts.size() < 2) return {0, 1};
  std::vector<std::int64_t> deltas;
  deltas.reserve(pts.size());
  for (std::size_t i = 1; i < pts.size(); ++i) deltas.push_back(pts[i] - pts[i - 1]);
  auto middle = deltas.begin() + static_cast<std::ptrdiff_t>(deltas.size() / 2);
  std::nth_element(deltas.begin(), middle, deltas.end());
  const std::int64_t median = *middle;
  if (median <= 0) return {0, 1};

  // The first estimate may be half a tick off, so only short gaps can be counted with it.
  constexpr double kShortGap = 3;
  double step = mean_step(deltas, static_cast<double>(median), kShortGap);
  step = mean_step(deltas, step, std::numeric_limits<double>::infinity());
  const auto span = static_cast<double>(pts.back() - pts.front());
  // The first and the last time may each be rounded by half a tick.
  const double tolerance = std::max(0.0005, 1.0 / span);
  Rational rate = snap(1 / (step * time_base.value()), tolerance);
  const auto usual = std::ranges::count(deltas, median);
  const bool is_known = std::ranges::find(kKnownRates, rate) != kKnownRates.end();
  if (!is_known && usual * 10 >= std::ssize(deltas) * 9) {
    rate = reduced(time_base.den, time_base.num * median);  // exact in the source's ticks
  }

  std::size_t on_grid = 0;
  for (const std::int64_t time : pts) {
    const double at = static_cast<double>(time - pts[0]) * time_base.value() * rate.value();
    if (std::abs(at - std::round(at)) < 0.3) ++on_grid;
  }
  return on_grid * 10 >= pts.size() * 9 ? rate : Rational{0, 1};
}

Rational find_least_rate(const std::vector<std::int64_t>& pts, Rational time_base) {
  const auto span = pts.size() < 2 ? 0 : pts.back() - pts.front();
  if (span <= 0) return {0, 1};
  const Rational most{60, 1};
  const double average =
      static_cast<double>(pts.size() - 1) / (static_cast<double>(span) * time_base.value());
  std::vector<Rational> rates;
  for (const double multiple : {1.0, 1.25, 1.5, 2.0, 3.0, 4.0}) {
    rates.push_back(std::min(snap(average * multiple, 0.02), most));
  }
  for (const Rational known : kKnownRates) {
    if (rates.front() < known && !(most < known)) rates.push_back(known);
  }
  std::ranges::sort(rates, std::less{});
  const auto enough = std::ranges::find_if(rates, [&](Rational rate) {
    return places(pts, time_base, rate) * 100 >= std::ssize(pts) * 95;
  });
  return enough == rates.end() ? rates.back() : *enough;
}

}  // namespace vodmill::plan
