// Plan and SourceInfo as JSON text: how the catalog stores them and how a mill is told and tells.
//
// Pure. SourceInfo comes from a mill, which is not trusted: reading checks every range that later
// code relies on.
// Fuzzed by: fuzz/source_info_fuzz.cc
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "core/plan.h"
#include "core/source.h"

namespace vodmill::plan {

std::string to_json(const Plan& plan);
std::string to_json(const SourceInfo& info);
json::object to_object(const Plan& plan);
json::object to_object(const SourceInfo& info);

// malformed_input for anything that is not a Plan or a SourceInfo, naming the field.
Result<Plan> plan_from_json(std::string_view text);
Result<SourceInfo> source_info_from_json(std::string_view text);

}  // namespace vodmill::plan
