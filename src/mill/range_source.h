// The source inside a mill: asks the worker for byte ranges over the control socket.
//
// Keeps the last few blocks, so that a container whose sound and picture lie far apart does not ask
// for the same bytes again at every packet. What is read on from a block is asked for in
// ever larger ones; a look at a place of its own costs little. One thread.
#pragma once

#include <deque>

#include "av/byte_source.h"
#include "base/bytes.h"
#include "sandbox/channel.h"

namespace vodmill::mill {

class RangeSource final : public av::ByteSource {
 public:
  // `control` and `input` outlive the source. `bytes`: the source's length.
  RangeSource(int control, sandbox::FrameInput& input, std::int64_t bytes)
      : control_(control), input_(input), bytes_(bytes) {}

  std::int64_t size() const override { return bytes_; }
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> into) override;

 private:
  struct Block {
    std::int64_t offset;
    Bytes bytes;
    std::int64_t end() const { return offset + std::ssize(bytes); }
  };
  Result<const Block*> block(std::int64_t offset);
  std::int64_t length_at(std::int64_t offset) const;
  void keep(Block fresh);
  Result<Bytes> fetch(std::int64_t offset, std::int64_t length);

  int control_;
  sandbox::FrameInput& input_;
  std::int64_t bytes_;
  std::deque<Block> blocks_;  // most recently used first
  std::int64_t held_ = 0;     // bytes of them
};

}  // namespace vodmill::mill
