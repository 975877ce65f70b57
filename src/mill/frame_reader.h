// Decoded frames of the source's video from a given output frame on, each with the output frames it
// shows.
//
// Seeks to a random access point at or before the wanted frame, drops what comes before it, and
// applies the frame grid. Which frame is shown at n depends on nothing but n. Belongs to a chunk or
// a still; one thread.
#pragma once

#include <optional>

#include "av/decoder.h"
#include "av/input.h"
#include "core/plan.h"
#include "plan/frame_grid.h"

namespace vodmill::mill {

// A source frame and the output frames [from, to) that show it. Empty: only a filter needs it.
struct ShownFrame {
  av::FramePtr frame;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

class FrameReader {
 public:
  // Output frames [first, end). `source` and `plan` outlive the reader.
  static Result<FrameReader> open(av::ByteSource& source, const Plan& plan, std::int64_t first,
                                  std::int64_t end);

  // The next frame; none at the end. The last frame of the source is shown to the end of the range.
  // malformed_input if not one frame of the range can be decoded.
  Result<std::optional<ShownFrame>> next();

  std::int64_t decoded() const { return decoded_; }
  std::int64_t undecodable() const { return decoder_->undecodable_packets(); }

  // The first output frame of the range that shows damage: a packet that could not be decoded, or a
  // picture that the decoder had to guess parts of.
  std::optional<std::int64_t> damaged_from() const { return damaged_from_; }

 private:
  FrameReader(av::ByteSource& source, const Plan& plan, std::int64_t first, std::int64_t end);
  Result<> open_at_front();
  Result<> position();
  Result<bool> try_seek(double seconds_before);
  Result<av::FramePtr> decode();
  Result<> send(const AVPacket* packet);
  bool is_usable(std::int64_t pts) const;
  void note_damage(std::int64_t pts);
  std::int64_t time_of(const AVFrame& frame) const;
  std::int64_t position_of(const AVFrame& frame) const;

  av::ByteSource* source_;
  const Plan* plan_;
  plan::FrameGrid grid_;
  std::int64_t first_;
  std::int64_t end_;
  std::optional<av::Input> input_;
  std::optional<av::Decoder> decoder_;
  av::PacketPtr packet_ = av::make_packet();
  // Pts of the random access point: frames before it are broken.
  std::optional<std::int64_t> usable_from_;
  bool drained_ = false;
  std::int64_t last_pts_ = AV_NOPTS_VALUE;
  std::int64_t delay_ = 0;  // by which the decoder's times are late, in ticks
  std::int64_t decoded_ = 0;
  std::optional<std::int64_t> damaged_from_;
  av::FramePtr held_;  // decoded, not yet given out: what follows says how long it is shown
  std::int64_t shown_to_;
};

}  // namespace vodmill::mill
