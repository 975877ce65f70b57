// Where a task's products go: the output pipe in a mill, a list in tests. One thread at a time
// calls it.
#pragma once

#include <cstdint>
#include <mutex>
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

// An output that several threads may call: they wait for each other.
class SharedOutput final : public Output {
 public:
  // `output` outlives it.
  explicit SharedOutput(Output& output) : output_(output) {}

  Result<> segment(std::string_view rendition, int index, ByteView bytes,
                   const Pictures& pictures) override {
    const std::scoped_lock lock(mutex_);
    return output_.segment(rendition, index, bytes, pictures);
  }
  Result<> progress(std::int64_t done, std::int64_t encoded) override {
    const std::scoped_lock lock(mutex_);
    return output_.progress(done, encoded);
  }

 private:
  std::mutex mutex_;
  Output& output_;
};

}  // namespace vodmill::mill
