// An opened container: libavformat on a ByteSource, fenced in.
//
// Only the demuxers and decoders of allowed.h; no protocol, no nested open, no external reference.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "av/byte_source.h"
#include "av/libav.h"

namespace vodmill::av {

enum class ReadOutcome { packet, end };

class Input {
 public:
  // `source` must outlive the Input. Errors: not_a_video (no allowed container), malformed_input
  // (one that cannot be read), encrypted_input, or the source's own.
  static Result<Input> open(ByteSource& source);

  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;
  ~Input();

  AVFormatContext& context() { return *context_; }
  std::span<AVStream*> streams() { return {context_->streams, context_->nb_streams}; }

  // Only packets of these streams will be read; the others are skipped by the demuxer.
  void select(const std::vector<int>& streams);

  // The next packet. Damage that the demuxer cannot get over is the end; damaged() tells.
  Result<ReadOutcome> read(AVPacket& packet);

  // Moves so that the next packets of the stream start at or before `pts` (stream time base) as
  // well as the container can.
  Result<> seek(int stream, std::int64_t pts);

  // The demuxer stopped before the end of the bytes, or bytes were missing where its index had
  // promised some.
  bool damaged() const { return damaged_; }

 private:
  struct Io;
  Input() = default;
  std::unexpected<Error> open_failure(int averror) const;

  std::unique_ptr<Io> io_;
  AVFormatContext* context_ = nullptr;
  bool damaged_ = false;
};

}  // namespace vodmill::av
