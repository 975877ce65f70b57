#include "av/decoder.h"

#include <spdlog/fmt/fmt.h>

#include <cctype>
#include <string>

#include "av/allowed.h"

namespace vodmill::av {
namespace {

constexpr std::int64_t kMaxPixels = std::int64_t{8192} * 8192;

const AVCodec* allowed_decoder(const AVStream& stream) {
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  return codec && is_allowed_decoder(codec->name) ? codec : nullptr;
}

// libav's name, or the container's four characters where libav knows none; printable either way.
std::string name_of_codec(const AVCodecParameters& parameters) {
  if (parameters.codec_id != AV_CODEC_ID_NONE) return avcodec_get_name(parameters.codec_id);
  std::string name;
  for (unsigned tag = parameters.codec_tag; tag != 0; tag >>= 8) {
    const auto c = static_cast<char>(tag & 0x7f);
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '?';
  }
  return name.empty() ? "unknown" : name;
}

// Left to itself, libav shows what is to be cropped off at the left where the rest would not be
// aligned, as filters want it; here such a picture is copied.
Result<> crop(AVFrame& frame) {
  if (frame.crop_left == 0 && frame.crop_top == 0 && frame.crop_right == 0 &&
      frame.crop_bottom == 0) {
    return {};
  }
  const bool moves = frame.crop_left != 0;
  // A crop that leaves nothing is not done.
  if (av_frame_apply_cropping(&frame, AV_FRAME_CROP_UNALIGNED) < 0 || !moves) return {};
  const FramePtr copy = make_frame();
  copy->format = frame.format;
  copy->width = frame.width;
  copy->height = frame.height;
  int done = av_frame_get_buffer(copy.get(), 0);
  if (done >= 0) done = av_frame_copy(copy.get(), &frame);
  if (done >= 0) done = av_frame_copy_props(copy.get(), &frame);
  if (done < 0) return fail_av(done, ErrorCode::malformed_input, "crop");
  av_frame_unref(&frame);
  av_frame_move_ref(&frame, copy.get());
  return {};
}

}  // namespace

std::unexpected<Error> unsupported_codec(const AVStream& stream) {
  return fail(ErrorCode::unsupported_codec,
              fmt::format("The codec {} cannot be decoded here. Convert the file to H.264 first.",
                          name_of_codec(*stream.codecpar)));
}

bool is_damaged(const AVFrame& frame) {
  return frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0;
}

bool has_allowed_decoder(const AVStream& stream) { return allowed_decoder(stream) != nullptr; }

Result<Decoder> Decoder::open(const AVStream& stream) {
  const AVCodec* codec = allowed_decoder(stream);
  if (!codec) return unsupported_codec(stream);
  CodecContextPtr context(avcodec_alloc_context3(codec));
  if (!context) return fail_av(AVERROR(ENOMEM), ErrorCode::out_of_memory, "decoder");
  const int copied = avcodec_parameters_to_context(context.get(), stream.codecpar);
  if (copied < 0) return fail_av(copied, ErrorCode::malformed_input, "decoder parameters");
  context->pkt_timebase = stream.time_base;
  context->thread_count = 1;
  context->max_pixels = kMaxPixels;
  context->apply_cropping = 0;  // see crop()
  const int opened = avcodec_open2(context.get(), codec, nullptr);
  if (opened < 0) return fail_av(opened, ErrorCode::malformed_input, "open decoder");
  const AVCodecParameters& container = *stream.codecpar;
  return Decoder(std::move(context), {.primaries = container.color_primaries,
                                      .transfer = container.color_trc,
                                      .matrix = container.color_space,
                                      .range = container.color_range});
}

Result<> Decoder::send(const AVPacket* packet) {
  const int sent = avcodec_send_packet(context_.get(), packet);
  if (sent == AVERROR(ENOMEM)) return fail_av(sent, ErrorCode::out_of_memory, "decode");
  if (sent < 0 && sent != AVERROR_EOF) ++undecodable_;
  return {};
}

Result<bool> Decoder::receive(AVFrame& frame) {
  for (;;) {
    const int got = avcodec_receive_frame(context_.get(), &frame);
    if (got >= 0) {
      TRY_VOID(crop(frame));
      name_colours(frame);
      return true;
    }
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
    if (got == AVERROR(ENOMEM)) return fail_av(got, ErrorCode::out_of_memory, "decode");
    // A packet that decoded in part may say here what is wrong with the rest of it.
    if (++undecodable_ > INT32_MAX) return false;
  }
}

// ProRes says "unspecified" in every frame, whatever the file around it says.
void Decoder::name_colours(AVFrame& frame) const {
  if (frame.color_primaries == AVCOL_PRI_UNSPECIFIED) frame.color_primaries = colours_.primaries;
  if (frame.color_trc == AVCOL_TRC_UNSPECIFIED) frame.color_trc = colours_.transfer;
  if (frame.colorspace == AVCOL_SPC_UNSPECIFIED) frame.colorspace = colours_.matrix;
  if (frame.color_range == AVCOL_RANGE_UNSPECIFIED) frame.color_range = colours_.range;
}

void Decoder::flush() { avcodec_flush_buffers(context_.get()); }

}  // namespace vodmill::av
