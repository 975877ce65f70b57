// What a run's processor time went into, as a table for people: `vodmill transcode --profile`.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "base/metrics.h"

namespace vodmill::app {

struct RunCost {
  double own_seconds = 0;   // processor time of this process, without its mills
  double wall_seconds = 0;  // > 0
  int processors = 1;       // that it could use
};

// `families` as Registry::families() gives them after the run: the stages of its mills are among
// them (worker/counts.h).
std::string profile_text(const std::vector<metrics::Family>& families, const RunCost& cost);

}  // namespace vodmill::app
