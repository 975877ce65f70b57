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

void quiet_libav() { av_log_set_level(AV_LOG_QUIET); }

}  // namespace vodmill::av
