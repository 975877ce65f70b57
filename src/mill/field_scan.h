// Whether pictures that do not say so hold two fields each, taken one after the other.
//
// Called by the probe with the first frames; pure. Judged is only what moves: a combed edge there
// is nearly always a field's. Vertical detail that stands still means nothing.
#pragma once

#include <span>
#include <string>

#include "av/libav.h"

namespace vodmill::mill {

// "tff" or "bff", by the field that was taken first; empty where the pictures do not say, or are
// not planar ones of 8 bits. REQUIRES: presentation order.
std::string find_fields(std::span<const av::FramePtr> frames);

}  // namespace vodmill::mill
