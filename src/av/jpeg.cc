#include "av/jpeg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/thumbs.h"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace vodmill::av {
namespace {

// The quantiser of the mjpeg encoder: 2 is the best, 31 the smallest.
constexpr std::array kQualities{4, 10, 31};

Result<FramePtr> make_jpeg_frame(int width, int height) {
  FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_YUVJ420P;
  frame->color_range = AVCOL_RANGE_JPEG;
  frame->width = width;
  frame->height = height;
  const int allocated = av_frame_get_buffer(frame.get(), 0);
  if (allocated < 0) return fail_transcode(allocated, "jpeg");
  return frame;
}

Result<CodecContextPtr> open_encoder(const AVFrame& frame, int quality) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (!codec) return fail_transcode(AVERROR_ENCODER_NOT_FOUND, "mjpeg");
  CodecContextPtr context(avcodec_alloc_context3(codec));
  if (!context) return fail_transcode(AVERROR(ENOMEM), "jpeg");
  context->width = frame.width;
  context->height = frame.height;
  context->pix_fmt = AV_PIX_FMT_YUVJ420P;
  context->time_base = {1, 1};
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_QSCALE;
  context->global_quality = quality * FF_QP2LAMBDA;
  const int opened = avcodec_open2(context.get(), codec, nullptr);
  if (opened < 0) return fail_transcode(opened, "jpeg");
  return context;
}

Result<Bytes> encode_at(AVFrame& frame, int quality) {
  const CodecContextPtr context = TRY(open_encoder(frame, quality));
  frame.quality = context->global_quality;
  int sent = avcodec_send_frame(context.get(), &frame);
  if (sent >= 0) sent = avcodec_send_frame(context.get(), nullptr);
  if (sent < 0) return fail_transcode(sent, "jpeg");
  const PacketPtr packet = make_packet();
  const int got = avcodec_receive_packet(context.get(), packet.get());
  if (got < 0) return fail_transcode(got, "jpeg");
  const auto* data = reinterpret_cast<const std::byte*>(packet->data);
  return Bytes(data, data + packet->size);
}

}  // namespace

Result<JpegPicture> JpegPicture::make(int width, int height) {
  JpegPicture picture;
  picture.frame_ = TRY(make_jpeg_frame(width, height));
  AVFrame& frame = *picture.frame_;
  constexpr int kBlack = 0;
  constexpr int kGrey = 128;
  for (int plane = 0; plane < 3; ++plane) {
    const int rows = plane == 0 ? height : height / 2;
    std::memset(frame.data[plane], plane == 0 ? kBlack : kGrey,
                static_cast<std::size_t>(frame.linesize[plane]) * static_cast<std::size_t>(rows));
  }
  return picture;
}

Result<> JpegPicture::paint(const AVFrame& picture, int x, int width) {
  const bool shrinks = width < picture.width;
  const ScalerPtr scaler(sws_getContext(
      picture.width, picture.height, AV_PIX_FMT_YUV420P, width, frame_->height, AV_PIX_FMT_YUVJ420P,
      shrinks ? SWS_AREA : SWS_BICUBIC, nullptr, nullptr, nullptr));
  if (!scaler) return fail_transcode(AVERROR(EINVAL), "jpeg");
  constexpr int kLimited = 0;
  constexpr int kFull = 1;
  constexpr int kOne = 1 << 16;
  const int set =
      sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(SWS_CS_ITU709), kLimited,
                               sws_getCoefficients(SWS_CS_ITU601), kFull, 0, kOne, kOne);
  if (set < 0) return fail_transcode(AVERROR(EINVAL), "jpeg");
  // swscale writes behind the ends of lines: not into a neighbour.
  const FramePtr cell = TRY(make_jpeg_frame(width, frame_->height));
  const int lines = sws_scale(scaler.get(), picture.data, picture.linesize, 0, picture.height,
                              cell->data, cell->linesize);
  if (lines < 0) return fail_transcode(lines, "jpeg");
  for (int plane = 0; plane < 3; ++plane) {
    const int part = plane == 0 ? 1 : 2;
    av_image_copy_plane(frame_->data[plane] + x / part, frame_->linesize[plane], cell->data[plane],
                        cell->linesize[plane], width / part, frame_->height / part);
  }
  return {};
}

Result<Bytes> JpegPicture::encode(std::size_t at_most) const {
  for (const int quality : kQualities) {
    Bytes bytes = TRY(encode_at(*frame_, quality));
    if (bytes.size() <= at_most) return bytes;
  }
  return fail(ErrorCode::internal_error, "a picture is too large as a JPEG");
}

Result<FramePtr> copy_of(const AVFrame& picture) {
  FramePtr copy = make_frame();
  copy->format = picture.format;
  copy->width = picture.width;
  copy->height = picture.height;
  int done = av_frame_get_buffer(copy.get(), 0);
  if (done >= 0) done = av_frame_copy(copy.get(), &picture);
  if (done < 0) return fail_transcode(done, "jpeg");
  return copy;
}

int poster_score(const AVFrame& picture) {
  constexpr int kStep = 2;  // columns and lines: enough to judge by
  double sum = 0;
  double squares = 0;
  double edges = 0;
  double count = 0;
  for (int y = 0; y + kStep < picture.height; y += kStep) {
    const std::uint8_t* line = picture.data[0] + std::ptrdiff_t{y} * picture.linesize[0];
    const std::uint8_t* below = line + std::ptrdiff_t{kStep} * picture.linesize[0];
    std::int64_t line_sum = 0;
    std::int64_t line_squares = 0;
    std::int64_t line_edges = 0;
    for (int x = 0; x + kStep < picture.width; x += kStep) {
      const std::int64_t luma = line[x];
      line_sum += luma;
      line_squares += luma * luma;
      line_edges += std::abs(luma - line[x + kStep]) + std::abs(luma - below[x]);
      ++count;
    }
    sum += static_cast<double>(line_sum);
    squares += static_cast<double>(line_squares);
    edges += static_cast<double>(line_edges);
  }
  if (count == 0) return 0;
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
  // Limited range: 16 is black, 235 is white. A dim or a glaring picture counts less.
  const double light = std::clamp(std::min((mean - 20) / 50, (228 - mean) / 30), 0.0, 1.0);
  const double contrast = std::min(deviation / 60, 1.0);
  const double detail = std::min(edges / count / 24, 1.0);
  return static_cast<int>(kBestPoster * light * (0.6 * contrast + 0.4 * detail));
}

}  // namespace vodmill::av
