// Writes one track as CMAF: an InitSegment, then one media segment after another, each a fragment.
//
// libavformat's mp4 muxer into memory. The recipe (delay_moov, frag_discont, two flushes for the
// first segment) makes every chunk of a video give the same InitSegment and an unbroken tfdt chain.
#pragma once

#include "av/libav.h"
#include "base/bytes.h"

namespace vodmill::av {

class SegmentMuxer {
 public:
  // `time_base` is that of the packets; `first_segment` numbers the fragments (mfhd).
  static Result<SegmentMuxer> open(const AVCodecContext& encoder, Rational time_base,
                                   int first_segment);
  // The same for packets that come out of no encoder of ours.
  static Result<SegmentMuxer> open(const AVCodecParameters& coded, Rational time_base,
                                   int first_segment);

  SegmentMuxer(SegmentMuxer&&) noexcept;
  SegmentMuxer& operator=(SegmentMuxer&&) = delete;
  ~SegmentMuxer();

  // Appends a packet to the open segment. The packet is left empty.
  Result<> write(AVPacket& packet);

  // Ends the open segment and gives its bytes (styp + moof + mdat). REQUIRES: a packet was written.
  Result<Bytes> close_segment();

  // The InitSegment (ftyp + moov); there from the first close_segment() on.
  const Bytes& init_segment() const { return init_; }

 private:
  struct Sink {
    Bytes bytes;
  };
  SegmentMuxer() = default;
  Result<> flush();

  std::unique_ptr<Sink> sink_;
  AVFormatContext* context_ = nullptr;
  AVIOContext* avio_ = nullptr;
  AVRational time_base_{1, 1};
  Bytes init_;
};

}  // namespace vodmill::av
