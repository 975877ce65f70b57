// x264 at one rung of the ladder: pictures in by frame number, packets out in decode order.
//
// Belongs to a rung of a mill's chunk; one thread. Errors: transcode_failed, out_of_memory.
#pragma once

#include "av/libav.h"
#include "core/plan.h"

namespace vodmill::av {

class VideoEncoder {
 public:
  // `gop` is the largest distance of two IDR frames. One thread: the pixels do not depend on it,
  // and mills fill the cores.
  static Result<VideoEncoder> open(const Rendition& rendition, Rational fps, int gop);

  // Encodes one picture as output frame n; `idr` forces an IDR frame. The picture is only read.
  Result<> send(const AVFrame& picture, std::int64_t n, bool idr);

  // No more pictures.
  Result<> finish();

  // The next packet, times in frames; false when another picture is wanted or all have come.
  Result<bool> receive(AVPacket& packet);

  const AVCodecContext& context() const { return *context_; }

 private:
  CodecContextPtr context_;
  FramePtr frame_ = make_frame();
};

}  // namespace vodmill::av
