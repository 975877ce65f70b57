// One stream's decoder: packets in, frames out in presentation order.
//
// Belongs to whatever task of a mill reads the stream; one thread.
#pragma once

#include <optional>

#include "av/libav.h"

namespace vodmill::av {

class Decoder {
 public:
  // It decodes on the caller's thread: mills fill the cores. Errors: unsupported_codec (libav has
  // none, or allowed.h does not name it), malformed_input (it refuses the stream's parameters),
  // out_of_memory.
  static Result<Decoder> open(const AVStream& stream);

  // Feeds a packet; nullptr at the end. A packet that cannot be decoded is counted, not an error.
  Result<> send(const AVPacket* packet);

  // The next frame into `frame`; false when the decoder wants another packet or has ended. What the
  // stream crops off is gone, and colours that it does not name are those that its container names.
  Result<bool> receive(AVFrame& frame);

  // Forgets everything, for the next packet after a seek.
  void flush();

  const AVCodecContext& context() const { return *context_; }
  std::int64_t undecodable_packets() const { return undecodable_; }

 private:
  // Of the container; each may be unspecified.
  struct Colours {
    AVColorPrimaries primaries;
    AVColorTransferCharacteristic transfer;
    AVColorSpace matrix;
    AVColorRange range;
  };

  Decoder(CodecContextPtr context, const Colours& colours)
      : context_(std::move(context)), colours_(colours) {}
  void name_colours(AVFrame& frame) const;

  CodecContextPtr context_;
  Colours colours_;
  std::int64_t undecodable_ = 0;
};

// Whether parts of a decoded frame had to be guessed.
bool is_damaged(const AVFrame& frame);

// Whether `stream` has a decoder that allowed.h names.
bool has_allowed_decoder(const AVStream& stream);

// The refusal of a stream that has none.
std::unexpected<Error> unsupported_codec(const AVStream& stream);

}  // namespace vodmill::av
