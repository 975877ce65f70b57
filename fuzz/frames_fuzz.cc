// Any bytes as each of the three channels between a worker and its mill, whole and in pieces.
#include <cstdint>
#include <cstdlib>
#include <variant>

#include "sandbox/messages.h"

namespace vodmill::sandbox {
namespace {

void decode(Frame frame) {
  const auto request = decode_request(frame);
  if (request && (request->offset < 0 || request->length == 0)) std::abort();
  static_cast<void>(decode_answer(frame));
  const auto output = decode_output(std::move(frame));
  if (!output) return;
  const auto* begin = std::get_if<SegmentBegin>(&*output);
  if (begin && (begin->bytes < 1 || begin->bytes > kLongestSegment)) std::abort();
  if (begin && (begin->strip_bytes < 0 || begin->poster_bytes < 0 || begin->media_bytes() < 1)) {
    std::abort();
  }
}

// The number of frames, and whether the stream was refused.
std::pair<int, bool> read(ByteView stream, std::span<const FrameLimit> limits, std::size_t piece) {
  FrameReader reader(limits);
  int frames = 0;
  while (!stream.empty()) {
    ByteView now = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(now.size());
    while (!now.empty()) {
      auto frame = reader.next(now);
      if (!frame) return {frames, true};
      if (!*frame) break;
      ++frames;
      decode(std::move(**frame));
    }
  }
  return {frames, false};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  for (const auto limits : {output_frames(), requests_to_worker(), answers_to_mill()}) {
    if (read(bytes, limits, bytes.size()) != read(bytes, limits, 3)) std::abort();
  }
  return 0;
}

}  // namespace vodmill::sandbox
