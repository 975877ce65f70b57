// The stills task: one picture of one moment, decoded from the source.
//
// Called by mill_main(), once in a process.
#pragma once

#include "av/byte_source.h"
#include "base/json.h"
#include "mill/output.h"
#include "plan/task_spec.h"

namespace vodmill::mill {

// REQUIRES: spec.kind == TaskKind::stills. The result is {}. Errors: as FrameReader gives them.
Result<json::object> make_still(av::ByteSource& source, const plan::TaskSpec& spec, Output& output);

}  // namespace vodmill::mill
