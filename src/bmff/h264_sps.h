// The part of an H.264 sequence parameter set that tells frames from fields (Rec. ITU-T H.264,
// 7.3.2.1.1). Called by parse_avcc. Pure; any thread.
// Fuzzed by: fuzz/bmff_fuzz.cc
#pragma once

#include <optional>

#include "base/bytes.h"

namespace vodmill::bmff {

// frame_mbs_only_flag of the SPS, a whole NAL unit with its header; nullopt if it is cut short or
// holds numbers that no SPS has.
std::optional<bool> allows_frames_only(ByteView nal);

}  // namespace vodmill::bmff
