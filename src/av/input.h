// An opened container: libavformat on a ByteSource, fenced in.
//
// Only the demuxers and decoders of allowed.h; no protocol, no nested open, no external reference.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "av/byte_source.h"
#include "av/libav.h"
#include "av/packet_times.h"

namespace vodmill::av {

enum class ReadOutcome { packet, end };

class Input {
 public:
  // `source` must outlive the Input. Errors: not_a_video (no allowed container), malformed_input
  // (one that cannot be read), encrypted_input, or the source's own.
  static Result<Input> open(ByteSource& source);

  // The container alone: streams are as its header tells them, packets as its index cuts them.
  // Nothing is done with the bytes of a packet. Errors: as of open().
  static Result<Input> open_unparsed(ByteSource& source);

  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;
  ~Input();

  AVFormatContext& context() { return *context_; }
  std::span<AVStream*> streams() { return {context_->streams, context_->nb_streams}; }

  // Only packets of these streams will be read; the others are skipped by the demuxer.
  void select(const std::vector<int>& streams);

  // The next packet; of H.264 in AVI and of MPEG program streams with the time at which its picture
  // is shown, whatever the container says. Those streams' packets come later than they are stored.
  // Damage that the demuxer cannot get over is the end; damaged() tells.
  Result<ReadOutcome> read(AVPacket& packet);

  // By how many ticks decoders give out the stream's pictures late, where they have no time but
  // their packets' places in the order of decoding: MPEG-4 in AVI.
  std::int64_t decoding_delay(const AVStream& stream) const;

  // Moves so that the next packets of the stream start at or before `pts` (stream time base) as
  // well as the container can.
  Result<> seek(int stream, std::int64_t pts);

  // The demuxer stopped before the end of the bytes, or bytes were missing where its index had
  // promised some.
  bool damaged() const { return damaged_; }

 private:
  struct Io;
  Input() = default;
  static Result<Input> open_container(ByteSource& source, int flags);
  Result<> look_at_streams();
  std::unexpected<Error> open_failure(int averror) const;
  Result<ReadOutcome> read_stored(AVPacket& packet);
  bool take_timed(AVPacket& packet);
  void seek_again_to_bytes();

  std::unique_ptr<Io> io_;
  AVFormatContext* context_ = nullptr;
  std::vector<std::unique_ptr<PacketTimes>> times_;  // by stream; null: the container's are right
  bool damaged_ = false;
};

}  // namespace vodmill::av
