// The probe task: what is in a file. Reads every packet once and decodes the first frames.
//
// Called by mill_main(), once in a process.
#pragma once

#include "av/byte_source.h"
#include "core/source.h"

namespace vodmill::mill {

// Errors: not_a_video, no_video_stream, unsupported_codec, malformed_input, truncated_input,
// encrypted_input, or the source's own.
Result<SourceInfo> probe(av::ByteSource& source);

}  // namespace vodmill::mill
