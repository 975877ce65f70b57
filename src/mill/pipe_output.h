// A task's products as frames on the output pipe. A full pipe makes the task wait: back-pressure.
//
// mill_main() owns it, and the descriptor, which is open for as long as the process is.
#pragma once

#include "mill/output.h"
#include "sandbox/channel.h"

namespace vodmill::mill {

class PipeOutput final : public Output {
 public:
  explicit PipeOutput(int fd) : fd_(fd) {}

  Result<> segment(std::string_view rendition, int index, ByteView bytes,
                   const Pictures& pictures) override {
    const sandbox::SegmentBegin begin{
        .rendition = std::string(rendition),
        .index = index,
        .bytes = std::ssize(bytes) + std::ssize(pictures.strip) + std::ssize(pictures.poster),
        .strip_bytes = std::ssize(pictures.strip),
        .poster_bytes = std::ssize(pictures.poster),
        .score = pictures.score};
    return sandbox::write_segment(fd_, begin, bytes, pictures.strip, pictures.poster);
  }
  Result<> progress(std::int64_t done, std::int64_t encoded) override {
    return sandbox::write_all(fd_, encode(sandbox::Progress{.done = done, .encoded = encoded}));
  }

 private:
  int fd_;
};

}  // namespace vodmill::mill
