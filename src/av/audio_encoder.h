// AAC-LC: frames of 1,024 samples in by position, packets out on the same positions.
//
// Belongs to the audio task of a mill; one thread. Errors: transcode_failed, out_of_memory.
#pragma once

#include "av/libav.h"
#include "core/plan.h"

namespace vodmill::av {

inline constexpr int kAacFrameSamples = 1024;

class AudioEncoder {
 public:
  static Result<AudioEncoder> open(const AudioRendition& rendition);

  // A writable frame of 1,024 samples, planar float, to be filled and sent.
  Result<AVFrame*> next_frame();

  // Encodes the frame of next_frame() as samples [position, position + 1,024).
  Result<> send(std::int64_t position);
  Result<> finish();

  // A packet whose pts is the position of the first sample that it decodes to. The encoder is 1,024
  // samples behind: the first packet, before the first position, only primes a decoder.
  Result<bool> receive(AVPacket& packet);

  const AVCodecContext& context() const { return *context_; }

 private:
  CodecContextPtr context_;
  FramePtr frame_ = make_frame();
};

}  // namespace vodmill::av
