#include "av/libav.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <cstdlib>

namespace vodmill::av {

FramePtr make_frame() {
  FramePtr frame(av_frame_alloc());
  if (!frame) std::abort();
  return frame;
}

PacketPtr make_packet() {
  PacketPtr packet(av_packet_alloc());
  if (!packet) std::abort();
  return packet;
}

std::unexpected<Error> fail_av(int averror, ErrorCode meaning, std::string_view doing) {
  if (averror == AVERROR(ENOMEM)) {
    return fail(ErrorCode::out_of_memory,
                fmt::format("The video asks for more memory or streams than one task may have: it "
                            "is damaged, or its pictures are too large ({}).",
                            doing));
  }
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(averror, text.data(), text.size());
  return fail(meaning, fmt::format("{}: {}", doing, text.data()));
}

std::unexpected<Error> fail_transcode(int averror, std::string_view doing) {
  return fail_av(averror, ErrorCode::transcode_failed, doing);
}

Result<> send_frame(AVCodecContext& encoder, const AVFrame* frame) {
  const int sent = avcodec_send_frame(&encoder, frame);
  const bool ended_before = frame == nullptr && sent == AVERROR_EOF;
  if (sent < 0 && !ended_before) return fail_transcode(sent, "encode");
  return {};
}

Result<bool> receive_packet(AVCodecContext& encoder, AVPacket& packet) {
  const int got = avcodec_receive_packet(&encoder, &packet);
  if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
  if (got < 0) return fail_transcode(got, "encode");
  return true;
}

void quiet_libav() { av_log_set_level(AV_LOG_QUIET); }

}  // namespace vodmill::av
