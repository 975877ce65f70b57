// The frame grid: output frame n is at n / fps, and which source frame it shows depends on nothing
// but n.
//
// Pure. A source frame's position is floor((pts - T0) * fps + 1/2), in integers; output frame n
// shows the last source frame whose position is <= n. Any chunking of the output selects the same
// frames.
#pragma once

#include <cstdint>
#include <vector>

#include "base/rational.h"

namespace vodmill::plan {

struct FrameGrid {
  Rational time_base{1, 1};    // of the source's timestamps
  std::int64_t first_pts = 0;  // T0
  Rational fps{1, 1};

  // REQUIRES: |pts - first_pts| < 2^56.
  std::int64_t position(std::int64_t pts) const;

  // The smallest pts that has this position or a later one.
  std::int64_t pts_of(std::int64_t position) const;
};

// The output's rate for a source: its own grid if it has one, else its least rate; 25 when it has
// neither. Halved until it is at most 60.
Rational choose_rate(Rational grid_rate, Rational least_rate);

// The constant rate that these presentation times (ascending, in time_base units) lie on, gaps
// allowed; 0/1 when fewer than nine in ten lie on any.
Rational find_grid_rate(const std::vector<std::int64_t>& pts, Rational time_base);

// The lowest rate at which at least 95 of 100 frames with these presentation times (as above) get a
// place of their own: their average, a small multiple of it, or a rate that players know above it,
// up to 60; 0/1 for fewer than two frames. A source that is slow for long and fast in bursts needs
// far more than its average.
Rational find_least_rate(const std::vector<std::int64_t>& pts, Rational time_base);

}  // namespace vodmill::plan
