// The filters that make a decoded frame the top rung's picture, in libavfilter's language.
//
// Called by the Normalizer; pure. Only numbers and words of ours are in it: nothing that a file
// says can become a filter.
#pragma once

#include <string>

#include "av/libav.h"
#include "core/plan.h"

namespace vodmill::av {

// For frames like this one: fields, then size, then colours, then turning. What needs no colours
// converted passes swscale at most; the rest zimg, which alone converts deep samples, ranges and
// primaries rightly.
std::string normal_filters(const Plan& plan, const AVFrame& frame);

}  // namespace vodmill::av
