// The rendition that is the source's own packets: read, given their place on the grid, muxed.
//
// Called by encode_chunk for the plan's copied rendition; one thread.
#pragma once

#include "av/byte_source.h"
#include "core/plan.h"
#include "mill/output.h"

namespace vodmill::mill {

// Makes the segments [first_segment, end_segment) of plan.ladder.front(). REQUIRES: it is copied.
// Errors: malformed_input where the packets are not those that the probe has seen, or not what it
// believed of them, or the source's own.
Result<> copy_segments(av::ByteSource& source, const Plan& plan, int first_segment, int end_segment,
                       Output& output);

}  // namespace vodmill::mill
