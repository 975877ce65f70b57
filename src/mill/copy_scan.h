// Whether the packets of a picture could be a rendition as they are: looks at every one, or
// believes an index and looks at a few; decodes none.
//
// Fed by the probe's scan of the source; one thread. The plan decides (plan/copy_gate.h), from what
// is found here; what was believed, copied_rung.h looks at.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "av/libav.h"
#include "bmff/codec_config.h"
#include "core/source.h"

namespace vodmill::mill {

// What an H.264 packet is, from its bytes.
struct CodedPicture {
  std::string obstacle;  // why no player should get it as it is; empty: it can be copied
  bool idr = false;
};
CodedPicture look_at(const AVPacket& packet, int nal_length_size);

class CopyScan {
 public:
  // A stream that no player would take as it is (not H.264 of the usual kinds) is not looked at.
  explicit CopyScan(const AVStream& stream);

  // In the order of decoding. Remembers nothing once there is an obstacle.
  void add(const AVPacket& packet);

  // The same of a packet whose bytes are not there: what the index calls a random access point is
  // taken for an IDR picture.
  void believe(const AVPacket& packet);

  // A packet of those believed, with its bytes: what it has against copying is the stream's
  // obstacle. False if it is no IDR picture though the index calls it one: nothing of this scan is
  // worth anything then.
  bool check(const AVPacket& packet, bool is_called_idr);

  // REQUIRES: all packets were added, and `info` has the rate and the first time of the stream.
  CopyFacts facts(const VideoStreamInfo& info) const;

 private:
  // What is kept of a packet: 21 MB for 12 hours of 60 a second.
  struct Coded {
    std::int32_t step = 0;  // ticks from the pts of the packet before; of the first one: 0
    std::uint32_t bytes : 31 = 0;
    bool idr : 1 = false;
  };
  static_assert(sizeof(Coded) == 8);

  bool may_be_copied(const AVPacket& packet, CodedPicture& picture);
  void refuse(std::string obstacle);
  void keep(const AVPacket& packet, bool idr);

  std::string obstacle_;
  bmff::AvcConfig config_;
  std::int64_t first_pts_ = 0;
  std::int64_t last_pts_ = 0;
  std::deque<Coded> packets_;  // long videos have millions: none is moved as it grows
};

}  // namespace vodmill::mill
