// What of libav may touch strangers' bytes. Each row stands here with its reason; nothing else is
// reachable.
//
// A demuxer that opens other files or addresses (hls, dash, concat, sdp, imf, image2), that draws
// (lavfi, tty) or that is no video container is never allowed. Decoders: what people's files hold.
// Rare ones are where the bugs are.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace vodmill::av {

struct Allowed {
  std::string_view name;  // libav's
  std::string_view why;
};

std::span<const Allowed> allowed_demuxers();
std::span<const Allowed> allowed_decoders();

// Comma-separated, as libav's whitelists want them.
std::string demuxer_whitelist();
std::string decoder_whitelist();

bool is_allowed_decoder(std::string_view name);

}  // namespace vodmill::av
