// Where a demuxer's bytes come from: the worker's range server inside a mill, a file in tests.
//
// Implemented by mill/ and by tests; called from the thread that demuxes.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.h"

namespace vodmill::av {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual std::int64_t size() const = 0;

  // Fills `into` from `offset` as far as one call can; 0 only at the end of the source.
  virtual Result<std::size_t> read(std::int64_t offset, std::span<std::byte> into) = 0;
};

}  // namespace vodmill::av
