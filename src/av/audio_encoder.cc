#include "av/audio_encoder.h"

namespace vodmill::av {

Result<AudioEncoder> AudioEncoder::open(const AudioRendition& rendition) {
  const AVCodec* codec = avcodec_find_encoder_by_name("aac");
  if (!codec) return fail_transcode(AVERROR_ENCODER_NOT_FOUND, "aac");
  AudioEncoder encoder;
  encoder.context_.reset(avcodec_alloc_context3(codec));
  if (!encoder.context_) return fail_transcode(AVERROR(ENOMEM), "encoder");
  AVCodecContext& context = *encoder.context_;
  context.sample_fmt = AV_SAMPLE_FMT_FLTP;
  context.sample_rate = rendition.sample_rate;
  av_channel_layout_default(&context.ch_layout, rendition.channels);
  context.bit_rate = std::int64_t{1000} * rendition.kbps;
  context.time_base = {1, rendition.sample_rate};
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  context.thread_count = 1;
  const int opened = avcodec_open2(&context, codec, nullptr);
  if (opened < 0) return fail_transcode(opened, "open encoder");
  return encoder;
}

Result<AVFrame*> AudioEncoder::next_frame() {
  av_frame_unref(frame_.get());
  frame_->format = AV_SAMPLE_FMT_FLTP;
  frame_->sample_rate = context_->sample_rate;
  frame_->nb_samples = kAacFrameSamples;
  const int copied = av_channel_layout_copy(&frame_->ch_layout, &context_->ch_layout);
  if (copied < 0) return fail_transcode(copied, "audio frame");
  const int allocated = av_frame_get_buffer(frame_.get(), 0);
  if (allocated < 0) return fail_transcode(allocated, "audio frame");
  return frame_.get();
}

Result<> AudioEncoder::send(std::int64_t position) {
  frame_->pts = position;
  return send_frame(*context_, frame_.get());
}

Result<> AudioEncoder::finish() { return send_frame(*context_, nullptr); }

Result<bool> AudioEncoder::receive(AVPacket& packet) {
  const bool is_there = TRY(receive_packet(*context_, packet));
  if (is_there) packet.duration = kAacFrameSamples;
  return is_there;
}

}  // namespace vodmill::av
