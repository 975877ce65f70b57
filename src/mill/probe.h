// The probe task: what is in a file. Reads every packet once, or of a large MP4 its index and a few
// packets, and decodes the first frames.
//
// Called by mill_main(), once in a process.
#pragma once

#include "av/byte_source.h"
#include "core/source.h"

namespace vodmill::mill {

struct ProbeOptions {
  // From here on an MP4's index is believed; smaller files are read as quickly as looked up.
  std::int64_t believe_index_from = 16 << 20;
};

// Errors: not_a_video, no_video_stream, unsupported_codec, malformed_input, truncated_input,
// encrypted_input, or the source's own.
Result<SourceInfo> probe(av::ByteSource& source, ProbeOptions options = {});

}  // namespace vodmill::mill
