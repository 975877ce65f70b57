// Whether the ladder's top can be the source's own packets, and where its segments begin then.
//
// Pure; called by make_plan. Every refusal is a sentence that the plan's reasons repeat.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/plan.h"
#include "core/source.h"

namespace vodmill::plan {

struct CopyDecision {
  std::string obstacle = {};                  // empty: it can
  double kbps = 0;                            // of its segment with the most bits
  std::vector<std::int64_t> boundaries = {};  // as in Plan; empty if it cannot
};

// REQUIRES: the plan has its rate, frames, picture and ladder.
CopyDecision decide_copy(const VideoStreamInfo& video, const Plan& plan);

}  // namespace vodmill::plan
