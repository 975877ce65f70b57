// Any bytes as what a WebSocket's client sends: a frame is never longer than allowed, and what is
// there of it decides nothing that the whole would not.
#include <cstdint>
#include <cstdlib>

#include "net/websocket_frames.h"

namespace vodmill::net {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (;;) {
    const auto frame = parse_frame(rest);
    if (!frame || !*frame) return 0;
    const std::size_t bytes = (*frame)->bytes;
    if (bytes == 0 || bytes > kLongestFrame || bytes > rest.size()) std::abort();
    for (std::size_t part = 0; part < bytes; ++part) {
      const auto begun = parse_frame(rest.substr(0, part));
      if (!begun || *begun) std::abort();
    }
    rest.remove_prefix(bytes);
  }
}

}  // namespace vodmill::net
