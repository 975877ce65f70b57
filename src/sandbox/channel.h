// Frames over a file descriptor, blocking: the mill's end of its two channels. The worker reads
// the same frames with FrameReader on its own event loop. One thread at a time.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "sandbox/frames.h"
#include "sandbox/messages.h"

namespace vodmill::sandbox {

// The descriptors that a mill finds open.
inline constexpr int kControlFd = 3;
inline constexpr int kOutputFd = 4;

// Writes everything, waiting as long as the reader is slow. cancelled if the reader is gone.
Result<> write_all(int fd, ByteView bytes);

// One segment and its pictures as segment_begin and segment_data frames, without copying them.
// `begin.bytes` is theirs together. REQUIRES: `begin` is one that may be sent, its pictures'
// lengths are those of `strip` and `poster`.
Result<> write_segment(int fd, const SegmentBegin& begin, ByteView media, ByteView strip = {},
                       ByteView poster = {});

// The reading end. Does not own the descriptor.
class FrameInput {
 public:
  FrameInput(int fd, std::span<const FrameLimit> limits) : fd_(fd), reader_(limits) {}

  // The next frame, waiting for it. cancelled at the end of the stream.
  Result<Frame> receive();

 private:
  int fd_;
  FrameReader reader_;
  Bytes buffer_;
  ByteView unread_;
};

}  // namespace vodmill::sandbox
