#include "av/segment_muxer.h"

#include <utility>

namespace vodmill::av {
namespace {

constexpr int kIoBufferBytes = 64 * 1024;

// SegmentTypeBox (ISO 14496-12, 8.16.2): a media segment of CMAF brands.
void append_styp(Bytes& out) {
  append_be<std::uint32_t>(out, 24);
  append(out, as_bytes("styp"));
  append(out, as_bytes("msdh"));
  append_be<std::uint32_t>(out, 0);
  append(out, as_bytes("msdh"));
  append(out, as_bytes("msix"));
}

int append_to_sink(void* opaque, std::uint8_t* buffer, int size) {
  auto* bytes = static_cast<Bytes*>(opaque);
  const auto* data = reinterpret_cast<const std::byte*>(buffer);
  bytes->insert(bytes->end(), data, data + size);
  return size;
}

}  // namespace

SegmentMuxer::SegmentMuxer(SegmentMuxer&& other) noexcept
    : sink_(std::move(other.sink_)),
      context_(std::exchange(other.context_, nullptr)),
      avio_(std::exchange(other.avio_, nullptr)),
      time_base_(other.time_base_),
      init_(std::move(other.init_)) {}

SegmentMuxer::~SegmentMuxer() {
  avformat_free_context(context_);
  if (avio_) av_freep(&avio_->buffer);
  avio_context_free(&avio_);
}

Result<SegmentMuxer> SegmentMuxer::open(const AVCodecContext& encoder, Rational time_base,
                                        int first_segment) {
  const CodecParametersPtr coded(avcodec_parameters_alloc());
  if (!coded) return fail_transcode(AVERROR(ENOMEM), "muxer");
  const int read = avcodec_parameters_from_context(coded.get(), &encoder);
  if (read < 0) return fail_transcode(read, "muxer");
  return open(*coded, time_base, first_segment);
}

Result<SegmentMuxer> SegmentMuxer::open(const AVCodecParameters& coded, Rational time_base,
                                        int first_segment) {
  SegmentMuxer muxer;
  muxer.time_base_ = to_av(time_base);
  muxer.sink_ = std::make_unique<Sink>();
  int made = avformat_alloc_output_context2(&muxer.context_, nullptr, "mp4", nullptr);
  if (made < 0) return fail_transcode(made, "muxer");
  auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBufferBytes));
  muxer.avio_ = avio_alloc_context(buffer, kIoBufferBytes, 1, &muxer.sink_->bytes, nullptr,
                                   &append_to_sink, nullptr);
  AVStream* stream = avformat_new_stream(muxer.context_, nullptr);
  if (!buffer || !muxer.avio_ || !stream) return fail_transcode(AVERROR(ENOMEM), "muxer");
  muxer.context_->pb = muxer.avio_;
  muxer.context_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  made = avcodec_parameters_copy(stream->codecpar, &coded);
  if (made < 0) return fail_transcode(made, "muxer");
  stream->codecpar->codec_tag = 0;
  stream->codecpar->initial_padding = 0;  // the caller has dropped the priming packets
  stream->time_base = muxer.time_base_;
  if (coded.codec_type == AVMEDIA_TYPE_VIDEO) stream->avg_frame_rate = av_inv_q(muxer.time_base_);

  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags",
              "+delay_moov+default_base_moof+frag_custom+frag_discont+skip_trailer", 0);
  av_dict_set_int(&options, "fragment_index", first_segment + 1, 0);
  made = avformat_write_header(muxer.context_, &options);
  av_dict_free(&options);
  if (made < 0) return fail_transcode(made, "muxer header");
  return muxer;
}

Result<> SegmentMuxer::write(AVPacket& packet) {
  packet.stream_index = 0;
  av_packet_rescale_ts(&packet, time_base_, context_->streams[0]->time_base);
  const int written = av_write_frame(context_, &packet);
  av_packet_unref(&packet);
  if (written < 0) return fail_transcode(written, "mux");
  return {};
}

Result<> SegmentMuxer::flush() {
  const int flushed = av_write_frame(context_, nullptr);
  if (flushed < 0) return fail_transcode(flushed, "mux");
  avio_flush(avio_);
  return {};
}

Result<Bytes> SegmentMuxer::close_segment() {
  if (init_.empty()) {
    // With delay_moov the first flush writes ftyp and moov only.
    TRY_VOID(flush());
    init_ = std::exchange(sink_->bytes, {});
  }
  append_styp(sink_->bytes);
  TRY_VOID(flush());
  return std::exchange(sink_->bytes, {});
}

}  // namespace vodmill::av
