// The chunk task: one decode, one cascade of scalers, every rendition of the chunk's segments; of
// the first chunk the lowest rendition before the others, with a decode of its own.
//
// Called by mill_main(), once in a process.
#pragma once

#include "av/byte_source.h"
#include "base/json.h"
#include "mill/output.h"
#include "mill/stage_clock.h"
#include "plan/task_spec.h"

namespace vodmill::mill {

// REQUIRES: spec.kind == TaskKind::chunk; `clock` is this thread's. The result tells what it took:
// {"decoded", "encoded", "undecodable"}, the counts of frames and of packets; where damage shows
// also "damaged_at", in seconds after the first picture. Errors: as FrameReader and the encoders
// give them.
Result<json::object> encode_chunk(av::ByteSource& source, const plan::TaskSpec& spec,
                                  Output& output, StageClock& clock);

}  // namespace vodmill::mill
