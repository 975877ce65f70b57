#include "plan/frame_grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

namespace vodmill::plan {
namespace {

struct Clock {
  Rational time_base;
  Rational fps;
};

const std::vector<Clock> kClocks{{{1, 90'000}, {25, 1}},
                                 {{1, 90'000}, {30'000, 1001}},
                                 {{1, 1000}, {30'000, 1001}},
                                 {{1, 1000}, {24, 1}},
                                 {{1, 1000}, {24'000, 1001}},
                                 {{1, 12'800}, {50, 1}},
                                 {{1001, 30'000}, {30'000, 1001}},
                                 {{1, 1}, {1, 1}},
                                 {{1, 600}, {60, 1}},
                                 {{1, 1'000'000}, {60'000, 1001}},
                                 {{1, 48'000}, {10, 1}}};

// The definition, written down as plainly as it can be: which of `pts` is shown at output frame n.
std::optional<std::size_t> reference_shown(const std::vector<std::int64_t>& pts,
                                           const FrameGrid& grid, std::int64_t n) {
  std::optional<std::size_t> shown;
  for (std::size_t i = 0; i < pts.size(); ++i) {
    const long double seconds = static_cast<long double>(pts[i] - grid.first_pts) *
                                static_cast<long double>(grid.time_base.num) /
                                static_cast<long double>(grid.time_base.den);
    const long double exact =
        seconds * static_cast<long double>(grid.fps.num) / static_cast<long double>(grid.fps.den);
    // A hair above: one half that is not a binary fraction must not fall below itself.
    if (std::floor(exact + 0.5L + 1e-12L) <= static_cast<long double>(n)) shown = i;
  }
  return shown;
}

// What a chunk [from, to) does with the frames from the last one at or before its front on.
std::vector<std::size_t> chunk_shows(const std::vector<std::int64_t>& pts, const FrameGrid& grid,
                                     std::int64_t from, std::int64_t to) {
  const auto late = std::ranges::lower_bound(pts, grid.pts_of(from + 1));
  std::size_t i = late == pts.begin() ? 0 : static_cast<std::size_t>(late - pts.begin()) - 1;
  std::vector<std::size_t> shown;
  for (std::int64_t n = from; n < to; ++n) {
    while (i + 1 < pts.size() && grid.position(pts[i + 1]) <= n) ++i;
    shown.push_back(i);
  }
  return shown;
}

TEST(FrameGrid, AnyChunkingShowsWhatTheDefinitionSays) {
  std::mt19937_64 random(2);
  for (const Clock& clock : kClocks) {
    for (int round = 0; round < 20; ++round) {
      const FrameGrid grid{clock.time_base,
                           static_cast<std::int64_t>(random() % 2'000'000) - 1'000'000, clock.fps};
      const double step = 1 / (clock.fps.value() * clock.time_base.value());
      // Frames that are missing, early, late and twice in one place.
      std::vector<std::int64_t> pts{grid.first_pts};
      for (double at = 0; pts.size() < 120;) {
        at += step * std::uniform_real_distribution<>(0.2, 1.6)(random);
        if (random() % 10 == 0) at += 5 * step;
        const std::int64_t next = grid.first_pts + std::llround(at);
        if (next > pts.back()) pts.push_back(next);
      }
      const std::int64_t frames = grid.position(pts.back()) + 1;
      std::vector<std::size_t> shown;
      for (std::int64_t from = 0; from < frames;) {
        const std::int64_t to =
            std::min(frames, from + 1 + static_cast<std::int64_t>(random() % 40));
        for (const std::size_t i : chunk_shows(pts, grid, from, to)) shown.push_back(i);
        from = to;
      }
      for (std::int64_t n = 0; n < frames; ++n) {
        ASSERT_EQ(shown[static_cast<std::size_t>(n)], reference_shown(pts, grid, n))
            << "frame " << n << " at " << clock.fps.value();
      }
    }
  }
}

TEST(FrameGrid, PtsOfIsTheFirstTimeWithThatPosition) {
  std::mt19937_64 random(3);
  for (const Clock& clock : kClocks) {
    const FrameGrid grid{clock.time_base, 126'000, clock.fps};
    for (int i = 0; i < 2000; ++i) {
      const auto n = static_cast<std::int64_t>(random() % 4'000'000) - 1000;
      const std::int64_t pts = grid.pts_of(n);
      ASSERT_GE(grid.position(pts), n);
      ASSERT_LT(grid.position(pts - 1), n);
    }
  }
}

TEST(FrameGrid, StaysExactAtTheEdgeOfItsRange) {
  const FrameGrid grid{{1, 90'000}, 0, {60'000, 1001}};
  const std::int64_t far = (std::int64_t{1} << 56) - 1;
  const std::int64_t n = grid.position(far);
  EXPECT_LE(grid.pts_of(n), far);
  EXPECT_GT(grid.pts_of(n + 1), far);
}

TEST(FrameGrid, ShowsEachFrameOfAConstantRateOnceHoweverItsTimesWereRounded) {
  for (const Rational fps : {Rational{30'000, 1001}, Rational{24'000, 1001}, Rational{25, 1},
                             Rational{60'000, 1001}, Rational{60, 1}}) {
    for (const Rational time_base : {Rational{1, 1000}, Rational{1, 90'000}}) {
      const FrameGrid grid{time_base, 67, fps};
      for (std::int64_t n = 0; n < 100'000; ++n) {
        const double exact = static_cast<double>(n) / (fps.value() * time_base.value());
        ASSERT_EQ(grid.position(67 + std::llround(exact)), n);
        ASSERT_EQ(grid.position(67 + static_cast<std::int64_t>(exact)), n);  // cut off
      }
    }
  }
}

// Presentation times of n frames at `fps`, rounded to ticks of `time_base`.
std::vector<std::int64_t> constant_rate(Rational fps, Rational time_base, int n) {
  std::vector<std::int64_t> pts;
  for (int i = 0; i < n; ++i) {
    pts.push_back(1234 + std::llround(i / (fps.value() * time_base.value())));
  }
  return pts;
}

TEST(FindGridRate, FindsConstantRatesThroughMillisecondRounding) {
  for (const Rational fps :
       {Rational{24'000, 1001}, Rational{24, 1}, Rational{25, 1}, Rational{30'000, 1001},
        Rational{30, 1}, Rational{50, 1}, Rational{60'000, 1001}, Rational{60, 1}, Rational{10, 1},
        Rational{15, 1}, Rational{120, 1}}) {
    for (const Rational time_base : {Rational{1, 1000}, Rational{1, 90'000}, Rational{1, 12'800}}) {
      EXPECT_EQ(find_grid_rate(constant_rate(fps, time_base, 3000), time_base), fps)
          << fps.value() << " in ticks of 1/" << time_base.den;
    }
  }
}

TEST(FindGridRate, FindsRatesOfOneFrameASecondAndLess) {
  EXPECT_EQ(find_grid_rate(constant_rate({1, 1}, {1, 1000}, 100), {1, 1000}), (Rational{1, 1}));
  EXPECT_EQ(find_grid_rate(constant_rate({1, 2}, {1, 90'000}, 100), {1, 90'000}), (Rational{1, 2}));
}

TEST(FindGridRate, SeesThroughGaps) {
  auto pts = constant_rate({30'000, 1001}, {1, 1000}, 3000);
  std::mt19937 random(4);
  std::erase_if(pts, [&](std::int64_t) { return random() % 7 == 0; });
  pts.erase(pts.begin() + 500, pts.begin() + 700);
  EXPECT_EQ(find_grid_rate(pts, {1, 1000}), (Rational{30'000, 1001}));
}

TEST(FindGridRate, FindsNoneInAVariableRate) {
  std::mt19937 random(5);
  std::vector<std::int64_t> pts{0};
  std::uniform_int_distribution<std::int64_t> step(11, 97);
  for (int i = 0; i < 1000; ++i) pts.push_back(pts.back() + step(random));
  EXPECT_EQ(find_grid_rate(pts, {1, 1000}).num, 0);
}

TEST(FindGridRate, FindsNoneInFewerThanTwoFrames) {
  EXPECT_EQ(find_grid_rate({}, {1, 1000}).num, 0);
  EXPECT_EQ(find_grid_rate({40}, {1, 1000}).num, 0);
}

TEST(FindLeastRate, IsTheAverageAtAKnownRateNearbyWhenTimesOnlyTremble) {
  auto pts = constant_rate({30, 1}, {1, 1000}, 300);
  for (std::size_t i = 1; i < pts.size(); i += 3) pts[i] += 12;
  EXPECT_EQ(find_least_rate(pts, {1, 1000}), (Rational{30, 1}));
}

TEST(FindLeastRate, ShowsTheFramesOfABurst) {
  auto pts = constant_rate({6, 1}, {1, 1000}, 60);
  for (int i = 1; i <= 60; ++i) pts.push_back(pts[59] + i * 1000 / 30);
  EXPECT_NEAR(find_least_rate(pts, {1, 1000}).value(), 30, 0.1) << "their average is 10";
}

TEST(FindLeastRate, DoesNotInflateASlowSource) {
  std::mt19937 random(6);
  std::vector<std::int64_t> pts{0};
  std::uniform_int_distribution<std::int64_t> step(900, 1100);
  for (int i = 0; i < 1000; ++i) pts.push_back(pts.back() + step(random));
  const Rational rate = find_least_rate(pts, {1, 1000});
  EXPECT_GE(rate.value(), 0.98);
  EXPECT_LE(rate.value(), 2.0);
}

TEST(FindLeastRate, IsAtMostSixty) {
  std::vector<std::int64_t> pts{0};
  for (int i = 0; i < 500; ++i) pts.push_back(pts.back() + (i % 3 == 0 ? 3 : 9));
  EXPECT_EQ(find_least_rate(pts, {1, 1000}), (Rational{60, 1}));
}

TEST(FindLeastRate, NeedsTwoFrames) {
  EXPECT_EQ(find_least_rate({}, {1, 1000}).num, 0);
  EXPECT_EQ(find_least_rate({40}, {1, 1000}).num, 0);
}

TEST(ChooseRate, HalvesWhatIsAboveSixty) {
  EXPECT_EQ(choose_rate({120, 1}, {120, 1}), (Rational{60, 1}));
  EXPECT_EQ(choose_rate({120'000, 1001}, {120, 1}), (Rational{60'000, 1001}));
  EXPECT_EQ(choose_rate({240, 1}, {240, 1}), (Rational{60, 1}));
  EXPECT_EQ(choose_rate({75, 1}, {75, 1}), (Rational{75, 2}));
  EXPECT_EQ(choose_rate({1000, 1}, {1000, 1}), (Rational{125, 4}));
}

TEST(ChooseRate, KeepsSixtyAndBelow) {
  for (const Rational fps : {Rational{60, 1}, Rational{60'000, 1001}, Rational{50, 1},
                             Rational{25, 1}, Rational{1, 1}, Rational{1, 10}}) {
    EXPECT_EQ(choose_rate(fps, {30, 1}), fps);
  }
}

TEST(ChooseRate, TakesTheLeastRateOfASourceWithoutAGrid) {
  EXPECT_EQ(choose_rate({0, 1}, {30'000, 1001}), (Rational{30'000, 1001}));
  EXPECT_EQ(choose_rate({0, 1}, {1, 1}), (Rational{1, 1}));
}

TEST(ChooseRate, KnowsARateForASingleFrame) {
  EXPECT_EQ(choose_rate({0, 1}, {0, 1}), (Rational{25, 1}));
}

}  // namespace
}  // namespace vodmill::plan
