// One rendition's way through a chunk: pictures by frame number in, segments out as each is closed.
//
// Belongs to the chunk, or to a RungThread; one thread uses it.
#pragma once

#include <cstdint>

#include "av/segment_muxer.h"
#include "av/video_encoder.h"
#include "core/plan.h"
#include "mill/output.h"
#include "mill/stage_clock.h"
#include "mill/thumbs.h"

namespace vodmill::mill {

class Rung {
 public:
  // Makes the segments [first_segment, end_segment) of plan.ladder[index], with the pictures that
  // `thumbs` has of them; null: none. Both outlive it.
  static Result<Rung> open(const Plan& plan, std::size_t index, int first_segment, int end_segment,
                           ThumbMaker* thumbs);

  // The pictures it needs: its segments' frames, and throw-away frames before and after them that
  // keep the rate control and the lookahead as warm at the borders as in the middle.
  std::int64_t first_frame() const { return first_frame_; }
  std::int64_t end_frame() const { return end_frame_; }

  // Gives the encoder the picture as output frame n. REQUIRES: every frame from first_frame() on,
  // in order; `clock` is the calling thread's.
  Result<> add(const AVFrame& picture, std::int64_t n, Output& output, StageClock& clock);

  // No more pictures: encodes what is left of the last segment. verification_failed if one is
  // missing.
  Result<> finish(Output& output, StageClock& clock);

  // Pictures given to the encoder.
  std::int64_t encoded() const { return encoded_; }

 private:
  Rung(const Plan& plan, std::size_t index, int first_segment, int end_segment);
  Result<> drain(Output& output, StageClock& clock);
  Result<Pictures> take_pictures(StageClock& clock);
  Result<> close_segment(Output& output, StageClock& clock);

  const Plan* plan_;
  const Rendition* rendition_;
  std::size_t index_;
  int segment_;  // the one being written
  int end_segment_;
  std::int64_t first_frame_;
  std::int64_t end_frame_;
  std::int64_t encoded_ = 0;
  std::int64_t segment_packets_ = 0;
  ThumbMaker* thumbs_ = nullptr;
  std::optional<av::VideoEncoder> encoder_;
  std::optional<av::SegmentMuxer> muxer_;
  av::PacketPtr packet_ = av::make_packet();
};

}  // namespace vodmill::mill
