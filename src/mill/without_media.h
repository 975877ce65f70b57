// A file with the media left out: where its media lies, zeros are read, and nothing is asked of the
// source.
//
// A demuxer that runs over it gives every packet's time, size and flags as its index has them, for
// the price of the index. Made by the index scan; one thread.
#pragma once

#include <optional>
#include <vector>

#include "av/byte_source.h"

namespace vodmill::mill {

// The bytes [from, to) of a file.
struct ByteRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// Where the media of an MP4 or MOV file lies that is in one piece: it has one moov box, and no
// fragments. None for other files. The last range may end behind the file, which was cut short
// then. Errors are the source's. Fuzzed by: fuzz/bmff_fuzz.cc (the boxes' headers)
Result<std::optional<std::vector<ByteRange>>> find_media(av::ByteSource& source);

class WithoutMedia final : public av::ByteSource {
 public:
  // `source` outlives it. `media`: ascending, apart from each other.
  WithoutMedia(av::ByteSource& source, std::vector<ByteRange> media)
      : source_(source), media_(std::move(media)) {}

  std::int64_t size() const override { return source_.size(); }
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> into) override;

 private:
  av::ByteSource& source_;
  const std::vector<ByteRange> media_;
};

}  // namespace vodmill::mill
