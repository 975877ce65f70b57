#include "av/picture.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "av/libav.h"
#include "av/normal_filters.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

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

Result<> Normalizer::build(const AVFrame& frame) {
  graph_.reset(avfilter_graph_alloc());
  if (!graph_) return fail_transcode(AVERROR(ENOMEM), "filter graph");
  graph_->nb_threads = 1;
  const std::string arguments =
      fmt::format("video_size={}x{}:pix_fmt={}:time_base={}/{}:pixel_aspect=1/1", frame.width,
                  frame.height, frame.format, time_base_.num, time_base_.den);
  int made = avfilter_graph_create_filter(&source_, avfilter_get_by_name("buffer"), "in",
                                          arguments.c_str(), nullptr, graph_.get());
  if (made < 0) return fail_transcode(made, "filter source");
  made = avfilter_graph_create_filter(&sink_, avfilter_get_by_name("buffersink"), "out", nullptr,
                                      nullptr, graph_.get());
  if (made < 0) return fail_transcode(made, "filter sink");

  AVFilterInOut* outputs = avfilter_inout_alloc();
  AVFilterInOut* inputs = avfilter_inout_alloc();
  outputs->name = av_strdup("in");
  outputs->filter_ctx = source_;
  inputs->name = av_strdup("out");
  inputs->filter_ctx = sink_;
  made = avfilter_graph_parse_ptr(graph_.get(), normal_filters(plan_, frame).c_str(), &inputs,
                                  &outputs, nullptr);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (made < 0) return fail_transcode(made, "filters");
  made = avfilter_graph_config(graph_.get(), nullptr);
  if (made < 0) return fail_transcode(made, "filters");
  shape_ = shape_of(frame);
  return {};
}

Result<> Normalizer::send(AVFrame* frame) {
  if (!frame) {
    if (!graph_) return {};
    const int sent = av_buffersrc_add_frame(source_, nullptr);
    return sent < 0 ? Result<>(fail_transcode(sent, "filter")) : Result<>();
  }
  if (!graph_ || shape_ != shape_of(*frame)) {
    if (graph_) {
      // Pictures that the old graph still holds come before the new shape's.
      TRY_VOID(send(nullptr));
      for (FramePtr rest = make_frame(); av_buffersink_get_frame(sink_, rest.get()) >= 0;) {
        left_over_.push_back(std::exchange(rest, make_frame()));
      }
    }
    TRY_VOID(build(*frame));
  }
  // The aspect ratio is dealt with in the plan's sizes.
  frame->sample_aspect_ratio = {1, 1};
  const int sent = av_buffersrc_add_frame(source_, frame);
  if (sent < 0) return fail_transcode(sent, "filter");
  return {};
}

Result<bool> Normalizer::receive(AVFrame& picture) {
  if (!left_over_.empty()) {
    av_frame_move_ref(&picture, left_over_.front().get());
    left_over_.erase(left_over_.begin());
    return true;
  }
  if (!graph_) return false;
  const int got = av_buffersink_get_frame(sink_, &picture);
  if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
  if (got < 0) return fail_transcode(got, "filter");
  return true;
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
