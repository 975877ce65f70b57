// (SourceInfo, policy) -> Plan: refuses with a typed error, or decides ladder, grid, chunks and
// sound.
//
// Pure; called by the coordinator and by `vodmill probe`. The same input gives the same plan.
// Fuzzed by: fuzz/source_info_fuzz.cc
#pragma once

#include "base/error.h"
#include "core/ladder_policy.h"
#include "core/plan.h"
#include "core/source.h"

namespace vodmill::plan {

struct Policy {
  EngineBuild build{};
  int cores = 1;  // of the worker: chunks are cut to keep them all busy with one video
  double max_seconds = 12 * 3600.0;
  std::int64_t max_pixels = std::int64_t{8192} * 4320;
  int min_side = 16;
  LadderPolicy ladder = {};
  bool may_copy = true;  // the largest rendition may be the source's own packets
};

// Errors: no_video_stream, duration_too_short, duration_exceeds_limit, resolution_exceeds_limit,
// resolution_too_small.
Result<Plan> make_plan(const SourceInfo& info, const Policy& policy);

}  // namespace vodmill::plan
