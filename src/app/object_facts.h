// What bmff/ reads out of a stream's objects, in the words of hls/: these two do not know each
// other. Called by stream_reader.cc. Pure; any thread.
// Not fuzzed: bmff/ reads the bytes, and is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "hls/stream_facts.h"

namespace vodmill::app {

// An initialization segment, and what is needed to read the segments that go with it.
struct ReadInit {
  hls::InitFacts facts;
  Bytes bytes;
};
ReadInit read_init(Bytes bytes);

// An IDR picture in a segment, from its moof to its end.
struct IFrame {
  hls::ForeignRange range;
  std::int64_t pts = 0;
};

// All of a file; nullopt if it is not one segment that can be read.
std::optional<std::vector<IFrame>> list_i_frames(ByteView file, const ReadInit& init);

// How a segment is to be looked at.
struct SegmentUse {
  const ReadInit* init = nullptr;  // null: there is no EXT-X-MAP
  bool is_i_frame = false;
  bool is_encrypted = false;
};
hls::SegmentFacts read_segment(ByteView bytes, const SegmentUse& use);

}  // namespace vodmill::app
