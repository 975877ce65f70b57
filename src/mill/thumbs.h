// The small pictures of a chunk's segments, made from the frames that are encoded anyway.
//
// One thread, with the chunk's encoder.
#pragma once

#include <map>
#include <optional>
#include <span>

#include "av/jpeg.h"
#include "core/plan.h"
#include "mill/output.h"

namespace vodmill::mill {

class ThumbMaker {
 public:
  // Of the plan's segments [first, end). `plan` outlives it and has thumbs.
  ThumbMaker(const Plan& plan, int first, int end) : plan_(&plan), first_(first), end_(end) {}

  // The ladder's pictures of output frame n, largest first. Frames come in order.
  Result<> see(std::span<AVFrame* const> pictures, std::int64_t n);

  // What was seen of the segment. A poster only where none of an earlier segment was as good.
  // verification_failed if a frame is missing.
  Result<Pictures> take(int segment);

 private:
  struct Segment {
    std::size_t painted = 0;  // cells
    std::optional<av::JpegPicture> strip = {};
    av::FramePtr best = {};  // at the poster's rung
    int score = -1;          // of it
  };

  Result<Bytes> encode_poster(const AVFrame& picture) const;

  const Plan* plan_;
  int first_;
  int end_;
  int best_ = -1;                    // score of the posters taken
  std::map<int, Segment> segments_;  // seen, not yet taken
};

// Gives each segment of the lowest rendition its pictures on the way.
class IllustratedOutput final : public Output {
 public:
  // All outlive it.
  IllustratedOutput(Output& output, const Plan& plan, ThumbMaker& thumbs)
      : output_(output), plan_(plan), thumbs_(thumbs) {}

  Result<> segment(std::string_view rendition, int index, ByteView bytes,
                   const Pictures& pictures) override;
  Result<> progress(std::int64_t done, std::int64_t encoded) override {
    return output_.progress(done, encoded);
  }

 private:
  Output& output_;
  const Plan& plan_;
  ThumbMaker& thumbs_;
};

}  // namespace vodmill::mill
