#include "av/video_encoder.h"

namespace vodmill::av {

Result<VideoEncoder> VideoEncoder::open(const Rendition& rendition, Rational fps, int gop) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (!codec) return fail_transcode(AVERROR_ENCODER_NOT_FOUND, "libx264");
  VideoEncoder encoder;
  encoder.context_.reset(avcodec_alloc_context3(codec));
  if (!encoder.context_) return fail_transcode(AVERROR(ENOMEM), "encoder");
  AVCodecContext& context = *encoder.context_;
  context.width = rendition.width;
  context.height = rendition.height;
  context.pix_fmt = AV_PIX_FMT_YUV420P;
  context.time_base = {static_cast<int>(fps.den), static_cast<int>(fps.num)};
  context.framerate = to_av(fps);
  context.sample_aspect_ratio = {1, 1};
  context.gop_size = gop;
  context.keyint_min = gop;
  context.thread_count = 1;
  context.rc_max_rate = std::int64_t{1000} * rendition.max_kbps;
  context.rc_buffer_size = 1000 * rendition.buffer_kbits;
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
  context.color_primaries = AVCOL_PRI_BT709;
  context.color_trc = AVCOL_TRC_BT709;
  context.colorspace = AVCOL_SPC_BT709;
  context.color_range = AVCOL_RANGE_MPEG;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "preset", "veryfast", 0);
  av_dict_set(&options, "profile", "high", 0);
  av_dict_set_int(&options, "crf", rendition.crf, 0);
  av_dict_set(&options, "forced-idr", "1", 0);
  av_dict_set(&options, "sc_threshold", "0", 0);
  const int opened = avcodec_open2(&context, codec, &options);
  av_dict_free(&options);
  if (opened < 0) return fail_transcode(opened, "open encoder");
  return encoder;
}

Result<> VideoEncoder::send(const AVFrame& picture, std::int64_t n, bool idr) {
  av_frame_unref(frame_.get());
  const int referenced = av_frame_ref(frame_.get(), &picture);
  if (referenced < 0) return fail_transcode(referenced, "encode");
  frame_->pts = n;
  frame_->pict_type = idr ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  return send_frame(*context_, frame_.get());
}

Result<> VideoEncoder::finish() { return send_frame(*context_, nullptr); }

Result<bool> VideoEncoder::receive(AVPacket& packet) {
  const bool is_there = TRY(receive_packet(*context_, packet));
  // libav leaves it 0; it sets the last sample's length.
  if (is_there) packet.duration = 1;
  return is_there;
}

}  // namespace vodmill::av
