// A LadderPolicy as JSON: how a client says it, how it is stored and shown. Pure.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "core/ladder_policy.h"

namespace vodmill::plan {

// {"max_height": N, "max_renditions": N}; null for what is not limited.
json::object to_object(const LadderPolicy& policy);

// The same; members may be left out. Errors: invalid_request, with a sentence for whoever sent it,
// also for members that are unknown or out of range.
Result<LadderPolicy> read_ladder_policy(std::string_view text);

}  // namespace vodmill::plan
