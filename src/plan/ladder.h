// Which encodings to make of a picture: rungs by its short side, never larger than the source.
#pragma once

#include <vector>

#include "base/rational.h"
#include "core/ladder_policy.h"
#include "core/plan.h"

namespace vodmill::plan {

// As it is shown: after sample aspect ratio and rotation.
struct ShownSize {
  int width = 0;
  int height = 0;
};

ShownSize shown_size(int width, int height, Rational sample_aspect, int rotation);

// Largest first: at most four of 1080, 720, 480, 360 and 240 (240 only where fewer than three
// larger ones fit). No side is above 4,096. A source that fits one rung or none gets its second
// rung at half the bit rate, so that there is always a choice (Apple 9.9). Rates above 30 frames a
// second raise the caps by half. Of more renditions than the policy allows, the largest and the
// smallest stay, and those next to the largest. REQUIRES: sides > 0; the policy within its ranges.
std::vector<Rendition> make_ladder(ShownSize shown, Rational fps, const LadderPolicy& policy = {});

}  // namespace vodmill::plan
