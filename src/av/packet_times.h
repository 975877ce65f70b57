// When pictures are shown whose packets do not say so, or say it wrong.
//
// H.264 in AVI is numbered in the order of decoding alone; of the pictures of an MPEG program
// stream only the first that begins in a pack has a time, and libavformat at times gives it to
// another. Takes a stream's packets in the order they are read and gives them back in that order,
// with their times filled in, some packets later. Belongs to an Input; one thread.
#pragma once

#include <deque>
#include <memory>

#include "av/libav.h"

namespace vodmill::av {

class PacketTimes {
 public:
  // Null where the container's own times are right.
  static std::unique_ptr<PacketTimes> make(const AVFormatContext& context, const AVStream& stream);

  virtual ~PacketTimes() = default;

  // Moves the packet in.
  virtual void add(AVPacket& packet) = 0;

  // No more packets will come.
  virtual void finish() = 0;

  // The input was moved: forgets all.
  virtual void restart() = 0;

  // Moves the next packet out; false: it wants another packet first. A packet whose time nothing
  // tells has none.
  bool take(AVPacket& packet);

 protected:
  std::deque<PacketPtr> ready_;
};

}  // namespace vodmill::av
