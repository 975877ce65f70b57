// One stored piece of a stream: an initialization segment or a media segment (RFC 8216, 3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/ids.h"
#include "core/thumbs.h"

namespace vodmill {

// The index of an InitSegment's row; media segments count from 0.
inline constexpr int kInitSegment = -1;

// Some bytes of an object.
struct ByteRange {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;  // > 0
  bool operator==(const ByteRange&) const = default;
};

struct Segment {
  std::string rendition;  // "v0", "a0"
  int index = 0;          // kInitSegment, or the segment's number in the plan
  BlobKey key;
  std::int64_t bytes = 0;
  // Of media segments, in the track's own timescale:
  std::int64_t start = 0;     // decode time of the first sample (tfdt)
  std::int64_t duration = 0;  // sum of the samples' durations
  std::int64_t samples = 0;
  std::int64_t timescale = 1;
  // Of video: its first picture, an IDR, from its moof to its end (RFC 8216, 4.3.3.6).
  std::optional<ByteRange> key_frame;
  // To be committed with it, if it is of the lowest rendition. Rows that are read have none: see
  // VideoCatalog::thumbs.
  std::optional<Thumbs> thumbs;
  // Of InitSegments:
  std::string codecs;  // RFC 6381, from the bitstream: "avc1.64001f", "mp4a.40.2"
};

}  // namespace vodmill
