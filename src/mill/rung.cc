#include "mill/rung.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>

#include "core/segment.h"

namespace vodmill::mill {
namespace {

// Measured: 12 frames before and after a chunk keep its border as good as its middle; more add
// nothing.
constexpr std::int64_t kThrowAwayFrames = 12;

std::int64_t boundary(const Plan& plan, int segment) {
  return plan.boundaries[static_cast<std::size_t>(segment)];
}

// The largest distance of two forced IDRs: x264 must not put in one of its own.
int longest_gop(const Plan& plan) {
  std::int64_t longest = plan.frames - plan.idrs.back();
  for (std::size_t i = 1; i < plan.idrs.size(); ++i) {
    longest = std::max(longest, plan.idrs[i] - plan.idrs[i - 1]);
  }
  return static_cast<int>(std::min<std::int64_t>(longest, 100'000));
}

}  // namespace

Rung::Rung(const Plan& plan, std::size_t index, int first_segment, int end_segment)
    : plan_(&plan),
      rendition_(&plan.ladder[index]),
      index_(index),
      segment_(first_segment),
      end_segment_(end_segment),
      first_frame_(std::max<std::int64_t>(0, boundary(plan, first_segment) - kThrowAwayFrames)),
      end_frame_(std::min(plan.frames, boundary(plan, end_segment) + kThrowAwayFrames)) {}

Result<Rung> Rung::open(const Plan& plan, std::size_t index, int first_segment, int end_segment,
                        ThumbMaker* thumbs) {
  Rung rung(plan, index, first_segment, end_segment);
  rung.thumbs_ = thumbs;
  rung.encoder_.emplace(TRY(av::VideoEncoder::open(*rung.rendition_, plan.fps, longest_gop(plan))));
  const Rational time_base{plan.fps.den, plan.fps.num};
  rung.muxer_.emplace(
      TRY(av::SegmentMuxer::open(rung.encoder_->context(), time_base, first_segment)));
  return rung;
}

Result<> Rung::add(const AVFrame& picture, std::int64_t n, Output& output, StageClock& clock) {
  if (segment_ == end_segment_) return {};
  const StageScope scope(clock, Stage::encode, index_);
  const bool idr = std::ranges::binary_search(plan_->idrs, n);
  TRY_VOID(encoder_->send(picture, n, idr));
  ++encoded_;
  return drain(output, clock);
}

// Ends with the last packet of ours: what the encoder still holds then are throw-away frames, which
// only had to be seen, not encoded.
Result<> Rung::drain(Output& output, StageClock& clock) {
  while (segment_ < end_segment_ && TRY(encoder_->receive(*packet_))) {
    const std::int64_t n = packet_->pts;
    const std::int64_t begin = boundary(*plan_, segment_);
    const std::int64_t end = boundary(*plan_, segment_ + 1);
    if (n < begin || n >= end) {
      av_packet_unref(packet_.get());
      continue;
    }
    const StageScope scope(clock, Stage::mux);
    TRY_VOID(muxer_->write(*packet_));
    // GOPs are closed: all packets of a segment come before any of the next.
    if (++segment_packets_ == end - begin) TRY_VOID(close_segment(output, clock));
  }
  return {};
}

Result<Pictures> Rung::take_pictures(StageClock& clock) {
  if (!thumbs_) return Pictures{};
  const StageScope scope(clock, Stage::pictures);
  return thumbs_->take(segment_);
}

Result<> Rung::close_segment(Output& output, StageClock& clock) {
  const bool is_first = muxer_->init_segment().empty();
  const Bytes bytes = TRY(muxer_->close_segment());
  if (is_first) {
    const StageScope scope(clock, Stage::write);
    TRY_VOID(output.segment(rendition_->name, kInitSegment, muxer_->init_segment(), {}));
  }
  const Pictures pictures = TRY(take_pictures(clock));
  const StageScope scope(clock, Stage::write);
  TRY_VOID(output.segment(rendition_->name, segment_, bytes, pictures));
  ++segment_;
  segment_packets_ = 0;
  return {};
}

Result<> Rung::finish(Output& output, StageClock& clock) {
  const StageScope scope(clock, Stage::encode, index_);
  TRY_VOID(encoder_->finish());
  TRY_VOID(drain(output, clock));
  if (segment_ != end_segment_) {
    return fail(ErrorCode::verification_failed,
                fmt::format("{} ended at segment {} instead of {}", rendition_->name, segment_,
                            end_segment_));
  }
  return {};
}

}  // namespace vodmill::mill
