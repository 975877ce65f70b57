// The small pictures of a chunk's segments, made from the frames that are encoded anyway.
//
// The chunk's thread sees, the thread of the lowest rendition takes.
#pragma once

#include <map>
#include <mutex>
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

  Result<Segment> take_seen(int segment);
  Result<Bytes> encode_poster(const AVFrame& picture) const;

  const Plan* plan_;
  int first_;
  int end_;
  std::mutex mutex_;                 // of what follows
  int best_ = -1;                    // score of the posters taken
  std::map<int, Segment> segments_;  // seen, not yet taken
};

}  // namespace vodmill::mill
