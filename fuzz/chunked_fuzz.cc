// Any bytes as a chunked body, whole and in pieces: the data must be the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/chunked.h"

namespace vodmill {
namespace {

struct Seen {
  std::string data;
  std::size_t used = 0;  // bytes of the body
  bool refused = false;
  bool done = false;
  bool operator==(const Seen&) const = default;
};

Seen read(std::string_view body, std::size_t piece) {
  net::ChunkedDecoder decoder;
  Seen seen;
  while (seen.used < body.size() && !decoder.done()) {
    const std::string_view now = body.substr(seen.used, piece);
    if (decoder.data_left() > 0) {
      const auto taken = std::min<std::int64_t>(decoder.data_left(), std::ssize(now));
      seen.data += now.substr(0, static_cast<std::size_t>(taken));
      decoder.take_data(taken);
      seen.used += static_cast<std::size_t>(taken);
      continue;
    }
    const auto used = decoder.consume_framing(now);
    seen.refused = !used;
    if (!used) {
      seen.used = 0;  // of a refused body nobody asks
      return seen;
    }
    // It stops at data, at the end, or because all is used up: else this would never end.
    const bool stopped = decoder.data_left() > 0 || decoder.done() || *used == now.size();
    if (*used > now.size() || !stopped || decoder.data_left() < 0) std::abort();
    seen.used += *used;
  }
  seen.done = decoder.done();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const Seen whole = read(body, body.size() + 1);
  for (const std::size_t piece : {1U, 2U, 7U}) {
    if (read(body, piece) != whole) std::abort();
  }
  return 0;
}

}  // namespace vodmill
