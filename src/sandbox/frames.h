// The framing between a worker and its mill, as a pure function over bytes (fuzz/frames_fuzz.cc).
//
// A frame is one byte of type, four bytes of big-endian payload length, the payload. Each channel
// has a table of the types that may travel on it and the longest payload of each; anything else is
// an error before a byte of it is stored. The worker reads from a process that a stranger's file
// may have taken over, so nothing here trusts the other side. Not thread-safe.
// Fuzzed by: fuzz/frames_fuzz.cc
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/error.h"

namespace vodmill::sandbox {

enum class FrameType : std::uint8_t {
  // Output pipe, mill to worker.
  locked = 1,
  segment_begin = 2,
  segment_data = 3,
  progress = 4,
  result = 5,
  failed = 6,
  // Control socket, mill to worker.
  range_request = 16,
  // Control socket, worker to mill.
  task = 32,
  range_data = 33,
  range_end = 34,
  range_error = 35,
};

struct FrameLimit {
  FrameType type;
  std::uint32_t longest;  // bytes of payload
};

inline constexpr std::uint32_t kLongestSegmentData = 256 << 10;
inline constexpr std::uint32_t kLongestRange = 8 << 20;

// What may travel on each channel.
std::span<const FrameLimit> output_frames();
std::span<const FrameLimit> requests_to_worker();
std::span<const FrameLimit> answers_to_mill();

struct Frame {
  FrameType type{};
  Bytes payload;
};

inline constexpr std::size_t kFrameHeaderBytes = 5;

// REQUIRES: payload.size() < 2^32.
void append_frame_header(Bytes& out, FrameType type, std::size_t payload_bytes);
void append_frame(Bytes& out, FrameType type, ByteView payload);

// Cuts a stream of bytes into frames. Holds at most one unfinished frame.
class FrameReader {
 public:
  // `limits` must outlive the reader; the tables above do.
  explicit FrameReader(std::span<const FrameLimit> limits) : limits_(limits) {}

  // Takes bytes from the front of `input` until one frame is whole, and returns it; none when the
  // input is used up. Call again while `input` has bytes. malformed_input for a type that does not
  // belong on this channel or a length above its limit; from then on always that error.
  Result<std::optional<Frame>> next(ByteView& input);

  // Part of a frame has arrived: an end of the stream now is a truncation.
  bool inside_frame() const { return !header_.empty(); }

 private:
  Result<> accept_header();

  std::span<const FrameLimit> limits_;
  Bytes header_;  // up to kFrameHeaderBytes
  std::size_t length_ = 0;
  Frame frame_;
  std::optional<Error> error_;
};

}  // namespace vodmill::sandbox
