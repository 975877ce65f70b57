// The audio task: the whole of one sound as an AAC rendition, segment by segment.
//
// Called by mill_main(), once in a process.
#pragma once

#include "av/byte_source.h"
#include "base/json.h"
#include "mill/output.h"
#include "plan/task_spec.h"

namespace vodmill::mill {

// REQUIRES: spec.kind == TaskKind::audio. Makes the plan's sound number spec.sound. Sound that is
// missing or cannot be decoded is silence. The result is {"decoded", "encoded", "undecodable"}:
// counts of frames, AAC frames and packets; where sound could not be decoded also "damaged_at", in
// seconds after the first picture.
Result<json::object> encode_sound(av::ByteSource& source, const plan::TaskSpec& spec,
                                  Output& output);

}  // namespace vodmill::mill
