#include "mill/thumbs.h"

#include <algorithm>

#include "core/segment.h"
#include "sandbox/messages.h"

namespace vodmill::mill {

Result<> ThumbMaker::see(std::span<AVFrame* const> pictures, std::int64_t n) {
  const ThumbPlan& thumbs = *plan_->thumbs;
  if (!std::ranges::binary_search(thumbs.frames, n)) return {};
  const auto after = std::ranges::upper_bound(plan_->boundaries, n);
  const auto index = static_cast<int>(after - plan_->boundaries.begin()) - 1;
  if (index < first_ || index >= end_) return {};
  const auto frames = plan_->thumbs_of(index);
  const std::scoped_lock lock(mutex_);
  Segment& segment = segments_[index];
  if (!segment.strip) {
    const int width = thumbs.width * static_cast<int>(frames.size());
    segment.strip.emplace(TRY(av::JpegPicture::make(width, thumbs.height)));
  }
  const AVFrame& smallest = *pictures.back();
  const auto cell = static_cast<int>(std::ranges::lower_bound(frames, n) - frames.begin());
  TRY_VOID(segment.strip->paint(smallest, cell * thumbs.width, thumbs.width));
  ++segment.painted;
  const int score = av::poster_score(smallest);
  if (score <= std::max(segment.score, best_)) return {};
  segment.score = score;
  segment.best = TRY(av::copy_of(*pictures[static_cast<std::size_t>(thumbs.poster)]));
  return {};
}

Result<Bytes> ThumbMaker::encode_poster(const AVFrame& picture) const {
  av::JpegPicture poster = TRY(av::JpegPicture::make(picture.width, picture.height));
  TRY_VOID(poster.paint(picture, 0, picture.width));
  return poster.encode(sandbox::kLongestPoster);
}

// Whether a picture makes a better poster than those taken does not depend on when they are taken:
// one that is no better is dropped here at the latest.
Result<ThumbMaker::Segment> ThumbMaker::take_seen(int segment) {
  const std::scoped_lock lock(mutex_);
  const auto found = segments_.find(segment);
  if (found == segments_.end() || found->second.painted != plan_->thumbs_of(segment).size()) {
    return fail(ErrorCode::verification_failed, "A frame for the storyboard is missing.");
  }
  Segment seen = std::move(found->second);
  segments_.erase(found);
  if (seen.score <= best_) seen.best.reset();
  best_ = std::max(best_, seen.score);
  return seen;
}

Result<Pictures> ThumbMaker::take(int segment) {
  const Segment seen = TRY(take_seen(segment));
  Pictures pictures;
  pictures.strip = TRY(seen.strip->encode(sandbox::kLongestStrip));
  if (seen.best) {
    pictures.score = seen.score;
    pictures.poster = TRY(encode_poster(*seen.best));
  }
  return pictures;
}

}  // namespace vodmill::mill
