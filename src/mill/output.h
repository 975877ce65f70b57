// Where a task's products go: the output pipe in a mill, a list in tests. Called from the task's
// thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace vodmill::mill {

// The small pictures of a segment (core/thumbs.h), as JPEG files.
struct Pictures {
  Bytes strip;   // empty: it has none
  Bytes poster;  // empty: an earlier one of the task is better
  int score = 0;
};

class Output {
 public:
  virtual ~Output() = default;

  // A finished piece of `rendition`: kInitSegment, then the segments in order. May wait for the
  // reader.
  virtual Result<> segment(std::string_view rendition, int index, ByteView bytes,
                           const Pictures& pictures) = 0;

  // So much of the task's cost is done, by encoding so many frames: over all renditions, those that
  // are thrown away at borders included.
  virtual Result<> progress(std::int64_t done, std::int64_t encoded) = 0;
};

}  // namespace vodmill::mill
