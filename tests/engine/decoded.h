// What a player would show and play: finished streams decoded again.
#pragma once

#include <optional>
#include <vector>

#include "av/libav.h"
#include "base/bytes.h"

namespace vodmill::engine_test {

struct Picture {
  double seconds = 0;
  av::FramePtr frame;  // 8-bit 4:2:0
};

// All frames of the file's video, in presentation order.
std::vector<Picture> decode_pictures(Bytes file);

// The picture of a JPEG file: 8-bit 4:2:0, full range.
av::FramePtr decode_jpeg(const Bytes& bytes);

// The sound as one channel (the first), the sample rate, and when it begins.
struct Sound {
  double start = 0;
  int rate = 0;
  std::vector<float> samples;
};
Sound decode_sound(Bytes file);

// The number that clips.h's counter shows; none when it is not readable.
std::optional<int> counter_of(const AVFrame& frame);
std::vector<int> counters_of(const std::vector<Picture>& pictures);

// Seconds at which the picture turns white.
std::vector<double> flash_times(const std::vector<Picture>& pictures);
// Seconds at which a tone begins after silence.
std::vector<double> beep_times(const Sound& sound);

}  // namespace vodmill::engine_test
