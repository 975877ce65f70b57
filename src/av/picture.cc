#include "av/picture.h"

#include <algorithm>

#include "av/normal_filters.h"
#include "core/transfer.h"

namespace vodmill::av {
namespace {

Result<FramePtr> make_buffer(int width, int height) {
  FramePtr buffer = make_frame();
  buffer->format = AV_PIX_FMT_YUV420P;
  buffer->width = width;
  buffer->height = height;
  const int allocated = av_frame_get_buffer(buffer.get(), 0);
  if (allocated < 0) return fail_transcode(allocated, "picture buffer");
  return buffer;
}

}  // namespace

Normalizer::Shape Normalizer::shape_of(const AVFrame& frame) {
  return {frame.width,       frame.height,    frame.format,         frame.colorspace,
          frame.color_range, frame.color_trc, frame.color_primaries};
}

Normalizer::Normalizer(const Plan& plan, Rational time_base) : plan_(plan), time_base_(time_base) {
  if (plan.tone_map.empty()) return;
  const auto curve = plan.tone_map == kHlg ? ToneMapper::Curve::hlg : ToneMapper::Curve::pq;
  tone_mapper_.emplace(curve, plan.tone_map_peak);
}

Result<> Normalizer::send(AVFrame* frame) {
  if (!frame) return graph_ ? graph_->send(nullptr) : Result<>();
  if (!graph_ || shape_ != shape_of(*frame)) {
    if (graph_) {
      // Pictures that the old graph still holds come before the new shape's.
      TRY_VOID(send(nullptr));
      for (FramePtr rest = make_frame(); TRY(filter(*rest));) {
        left_over_.push_back(std::exchange(rest, make_frame()));
      }
    }
    graph_.emplace(TRY(FilterGraph::make(*frame, time_base_, normal_filters(plan_, *frame))));
    shape_ = shape_of(*frame);
  }
  // The aspect ratio is dealt with in the plan's sizes.
  frame->sample_aspect_ratio = {1, 1};
  return graph_->send(frame);
}

Result<bool> Normalizer::filter(AVFrame& picture) {
  const bool is_there = TRY(graph_->receive(picture));
  if (!is_there || !tone_mapper_) return is_there;
  TRY_VOID(tone_mapper_->map(picture));
  if (!after_tone_mapper_) {
    const std::string filters = filters_after_tone_mapper(plan_);
    after_tone_mapper_.emplace(TRY(FilterGraph::make(picture, time_base_, filters)));
  }
  TRY_VOID(after_tone_mapper_->send(&picture));
  return after_tone_mapper_->receive(picture);
}

Result<bool> Normalizer::receive(AVFrame& picture) {
  if (!left_over_.empty()) {
    av_frame_move_ref(&picture, left_over_.front().get());
    left_over_.erase(left_over_.begin());
    return true;
  }
  return graph_ ? filter(picture) : Result<bool>(false);
}

Result<Cascade> Cascade::make(std::span<const Rendition> ladder) {
  Cascade cascade;
  cascade.pictures_.assign(ladder.size(), nullptr);
  for (std::size_t i = 1; i < ladder.size(); ++i) {
    const Rendition& above = ladder[i - 1];
    const Rendition& rung = ladder[i];
    cascade.scalers_.emplace_back();
    cascade.buffers_.emplace_back();
    if (above.width == rung.width && above.height == rung.height) continue;
    cascade.scalers_.back().reset(sws_getContext(above.width, above.height, AV_PIX_FMT_YUV420P,
                                                 rung.width, rung.height, AV_PIX_FMT_YUV420P,
                                                 SWS_BICUBIC, nullptr, nullptr, nullptr));
    if (!cascade.scalers_.back()) return fail_transcode(AVERROR(EINVAL), "scaler");
    cascade.buffers_.back().push_back(TRY(make_buffer(rung.width, rung.height)));
  }
  return cascade;
}

Result<AVFrame*> Cascade::free_buffer(std::size_t i) {
  auto& buffers = buffers_[i];
  const auto is_free = [](const FramePtr& buffer) {
    return av_frame_is_writable(buffer.get()) > 0;
  };
  const auto found = std::ranges::find_if(buffers, is_free);
  if (found != buffers.end()) return found->get();
  const AVFrame& first = *buffers.front();
  buffers.push_back(TRY(make_buffer(first.width, first.height)));
  return buffers.back().get();
}

Result<std::span<AVFrame* const>> Cascade::scale(AVFrame* top) {
  pictures_.front() = top;
  for (std::size_t i = 0; i + 1 < pictures_.size(); ++i) {
    AVFrame* above = pictures_[i];
    if (!scalers_[i]) {
      pictures_[i + 1] = above;
      continue;
    }
    AVFrame* rung = TRY(free_buffer(i));
    const int lines = sws_scale(scalers_[i].get(), above->data, above->linesize, 0, above->height,
                                rung->data, rung->linesize);
    if (lines < 0) return fail_transcode(lines, "scale");
    pictures_[i + 1] = rung;
  }
  return std::span<AVFrame* const>(pictures_);
}

}  // namespace vodmill::av
