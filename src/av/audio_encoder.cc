#include "av/audio_encoder.h"

namespace vodmill::av {
namespace {

std::unexpected<Error> broken(int averror, std::string_view doing) {
  return fail_av(averror, ErrorCode::transcode_failed, doing);
}

}  // namespace

Result<AudioEncoder> AudioEncoder::open(const AudioRendition& rendition) {
  const AVCodec* codec = avcodec_find_encoder_by_name("aac");
  if (!codec) return broken(AVERROR_ENCODER_NOT_FOUND, "aac");
  AudioEncoder encoder;
  encoder.context_.reset(avcodec_alloc_context3(codec));
  if (!encoder.context_) return broken(AVERROR(ENOMEM), "encoder");
  AVCodecContext& context = *encoder.context_;
  context.sample_fmt = AV_SAMPLE_FMT_FLTP;
  context.sample_rate = rendition.sample_rate;
  av_channel_layout_default(&context.ch_layout, rendition.channels);
  context.bit_rate = std::int64_t{1000} * rendition.kbps;
  context.time_base = {1, rendition.sample_rate};
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  context.thread_count = 1;
  const int opened = avcodec_open2(&context, codec, nullptr);
  if (opened < 0) return broken(opened, "open encoder");
  return encoder;
}

Result<AVFrame*> AudioEncoder::next_frame() {
  av_frame_unref(frame_.get());
  frame_->format = AV_SAMPLE_FMT_FLTP;
  frame_->sample_rate = context_->sample_rate;
  frame_->nb_samples = kAacFrameSamples;
  const int copied = av_channel_layout_copy(&frame_->ch_layout, &context_->ch_layout);
  if (copied < 0) return broken(copied, "audio frame");
  const int allocated = av_frame_get_buffer(frame_.get(), 0);
  if (allocated < 0) return broken(allocated, "audio frame");
  return frame_.get();
}

Result<> AudioEncoder::send(std::int64_t position) {
  frame_->pts = position;
  const int sent = avcodec_send_frame(context_.get(), frame_.get());
  if (sent < 0) return broken(sent, "encode");
  return {};
}

Result<> AudioEncoder::finish() {
  const int sent = avcodec_send_frame(context_.get(), nullptr);
  if (sent < 0 && sent != AVERROR_EOF) return broken(sent, "encode");
  return {};
}

Result<bool> AudioEncoder::receive(AVPacket& packet) {
  const int got = avcodec_receive_packet(context_.get(), &packet);
  if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
  if (got < 0) return broken(got, "encode");
  packet.duration = kAacFrameSamples;
  return true;
}

}  // namespace vodmill::av
