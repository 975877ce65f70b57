// JSON Merge Patch (RFC 7396). Pure.
// Fuzzed by: fuzz/json_fuzz.cc
#pragma once

#include "base/json.h"

namespace vodmill::catalog {

// What `patch` makes of `target`. Both come from parse_json(), whose depth bounds the recursion.
json::value merge_patch(json::value target, const json::value& patch);

}  // namespace vodmill::catalog
