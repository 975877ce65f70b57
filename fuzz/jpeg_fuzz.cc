// Any bytes as a JPEG of a mill's.
#include <cstdint>
#include <cstdlib>

#include "hls/jpeg.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto info = vodmill::hls::parse_jpeg(std::as_bytes(std::span(data, size)));
  if (!info) return 0;
  const bool sound = info->width >= 1 && info->width <= 65535 && info->height >= 1 &&
                     info->height <= 65535 && size > 4 && data[0] == 0xff && data[1] == 0xd8 &&
                     data[size - 2] == 0xff && data[size - 1] == 0xd9;
  if (!sound) std::abort();
  return 0;
}
