// What bmff/ reads out of a stream's objects, in the words of hls/: these two do not know each
// other. Called by stream_folder.cc. Pure; any thread.
#pragma once

#include "base/bytes.h"
#include "hls/stream_facts.h"

namespace vodmill::app {

// An initialization segment, and what is needed to read the segments that go with it.
struct ReadInit {
  hls::InitFacts facts;
  Bytes bytes;
};
ReadInit read_init(Bytes bytes);

// How a segment is to be looked at.
struct SegmentUse {
  const ReadInit* init = nullptr;  // null: there is no EXT-X-MAP
  bool is_i_frame = false;
  bool is_encrypted = false;
};
hls::SegmentFacts read_segment(ByteView bytes, const SegmentUse& use);

}  // namespace vodmill::app
