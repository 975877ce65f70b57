// Whether the packets of a picture could be a rendition as they are: looks at every one, decodes
// none.
//
// Fed by the probe's one pass over the source; one thread. The plan decides (plan/copy_gate.h),
// from what is found here.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "av/libav.h"
#include "bmff/codec_config.h"
#include "core/source.h"

namespace vodmill::mill {

class CopyScan {
 public:
  // A stream that no player would take as it is (not H.264 of the usual kinds) is not looked at.
  explicit CopyScan(const AVStream& stream);

  // In the order of decoding. Remembers nothing once there is an obstacle.
  void add(const AVPacket& packet);

  // REQUIRES: all packets were added, and `info` has the rate and the first time of the stream.
  CopyFacts facts(const VideoStreamInfo& info) const;

 private:
  struct Coded {
    std::int64_t pts = 0;
    std::int32_t bytes = 0;
    bool idr = false;
  };
  // The obstacle in a packet, or what there is to remember of it.
  std::string examine(const AVPacket& packet, Coded& coded) const;

  std::string obstacle_;
  bmff::AvcConfig config_;
  std::deque<Coded> packets_;  // long videos have millions: none is moved as it grows
};

// REQUIRES: the packet outlives the view.
ByteView bytes_of(const AVPacket& packet);

}  // namespace vodmill::mill
