// The H.264 level a picture size, frame rate and bit rate need (Rec. ITU-T H.264, Table A-1 and
// A.3.1), for High profile as x264 writes it. Called by render.h before a bitstream exists. Pure.
#pragma once

#include "base/rational.h"

namespace vodmill::hls {

// The smallest level_idc (31 is 3.1) that holds them, 62 if none does. Sizes in luma samples, > 0;
// rates in kbit/s and kbit as given to x264's VBV. Four reference frames are assumed: what x264
// declares with B-pyramid on.
int smallest_h264_level(int width, int height, Rational fps, int max_kbps, int buffer_kbits);

}  // namespace vodmill::hls
