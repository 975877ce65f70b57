#include "sandbox/channel.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace vodmill::sandbox {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

}  // namespace

Result<> write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) {
      return fail(ErrorCode::cancelled, "The other side has closed its end.");
    }
    if (written < 0) return fail_errno("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

namespace {

Result<> write_data(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min<std::size_t>(bytes.size(), kLongestSegmentData));
    Bytes header;
    append_frame_header(header, FrameType::segment_data, piece.size());
    TRY_VOID(write_all(fd, header));
    TRY_VOID(write_all(fd, piece));
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

}  // namespace

Result<> write_segment(int fd, const SegmentBegin& begin, ByteView media, ByteView strip,
                       ByteView poster) {
  TRY_VOID(write_all(fd, encode(begin)));
  for (const ByteView part : {media, strip, poster}) TRY_VOID(write_data(fd, part));
  return {};
}

Result<Frame> FrameInput::receive() {
  while (true) {
    auto frame = TRY(reader_.next(unread_));
    if (frame) return std::move(*frame);
    buffer_.resize(kReadBytes);
    const ssize_t got = ::read(fd_, buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read", errno);
    if (got == 0) return fail(ErrorCode::cancelled, "The other side has closed its end.");
    unread_ = ByteView(buffer_).first(static_cast<std::size_t>(got));
  }
}

}  // namespace vodmill::sandbox
