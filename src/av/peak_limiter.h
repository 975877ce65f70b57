// Keeps what was mixed from more channels below full scale, without turning all of it down.
//
// A mix of six channels into two may be 2.4 times as loud as one of them. Turned down by that,
// speech would be too quiet; so only the blocks that are too loud are. The gain of a block is a
// straight line between two edges, each the most that both of its neighbours allow: no sample comes
// out above the ceiling, and a task that begins elsewhere has the same gain from its second block
// on. Belongs to the audio task of a mill; one thread.
#pragma once

#include <vector>

#include "av/libav.h"

namespace vodmill::av {

class PeakLimiter {
 public:
  static constexpr float kCeiling = 0.89F;  // -1 dBFS: encoding adds a little

  // Puts the block before in the place of `frame`'s (planar float, all of one length and number of
  // channels) and keeps that for the next time. False for the first: there is none before.
  // `is_mix`: it may have to be turned down; others pass as they are.
  bool pass(AVFrame& frame, bool is_mix);

 private:
  using Planes = std::vector<std::vector<float>>;  // by channel

  Planes held_;
  float allowed_ = 1;  // the largest gain that held_ may have anywhere
  float edge_ = 1;     // its gain where it begins
};

}  // namespace vodmill::av
