// What a mill's JPEG says about itself (ITU-T T.81, annex B). Pure; fuzz/jpeg_fuzz.cc.
//
// Only the one shape that our mills write is accepted: baseline, one scan, three components of 8
// bits, no application data but a JFIF header; from the first marker to the last nothing is left
// over. What passes here goes to browsers, whose decoders see no marker that is not in this list.
// Fuzzed by: fuzz/jpeg_fuzz.cc
#pragma once

#include "base/bytes.h"
#include "base/error.h"

namespace vodmill::hls {

struct JpegInfo {
  int width = 0;  // >= 1
  int height = 0;
};

// verification_failed for anything else.
Result<JpegInfo> parse_jpeg(ByteView bytes);

}  // namespace vodmill::hls
