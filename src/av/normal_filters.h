// The filters between a decoded frame and the top rung's picture, in libavfilter's language.
//
// Called by the Normalizer; pure. Only numbers and words of ours are in it: nothing that a file
// says can become a filter.
#pragma once

#include <string>

#include "av/libav.h"
#include "core/plan.h"

namespace vodmill::av {

// For frames like this one: fields, then size, then colours, then turning. What needs no colours
// converted passes swscale at most; the rest zimg: swscale tints greys where it changes the matrix,
// and knows no primaries. Of HDR they make what a ToneMapper takes.
std::string normal_filters(const Plan& plan, const AVFrame& frame);

// For what a ToneMapper gives: the rest.
std::string filters_after_tone_mapper(const Plan& plan);

}  // namespace vodmill::av
