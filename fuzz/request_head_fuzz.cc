// Any bytes as the head of a request: found at the same place however they arrive, and what comes
// out of it is safe to route by and to join to a folder.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/request_head.h"

namespace vodmill {
namespace {

constexpr net::HeadLimits kLimits{.bytes = 512, .line_bytes = 256, .fields = 8};

// The length of the head; -1 for a refusal, 0 when more would be needed.
std::ptrdiff_t find_end(std::string_view bytes, std::size_t piece) {
  std::size_t seen = 0;
  while (seen < std::min(bytes.size(), kLimits.bytes)) {
    const std::size_t received = std::min({seen + piece, bytes.size(), kLimits.bytes});
    const auto length = net::find_head_end(bytes.substr(0, received), seen, kLimits);
    if (!length) return -1;
    if (*length > received) std::abort();
    if (*length > 0) return static_cast<std::ptrdiff_t>(*length);
    seen = received;
  }
  return 0;
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7F; });
}

void check_target(const net::Target& target) {
  if (has_control_character(target.path)) std::abort();
  for (const std::string& segment : target.segments) {
    if (segment == "." || segment == "..") std::abort();
    if (segment.find_first_of("/\\") != std::string::npos) std::abort();
  }
}

void check_head(const net::RequestHead& head) {
  check_target(head.target);
  if (head.headers.size() > kLimits.fields || head.content_length < 0) std::abort();
  if (head.chunked && head.content_length != 0) std::abort();
  if (head.headers.count("Content-Length") > 1) std::abort();
  if (head.headers.contains("Content-Length") && head.headers.contains("Transfer-Encoding")) {
    std::abort();
  }
  for (const net::HeaderField& field : head.headers) {
    if (field.name.empty() || field.value.find_first_of("\r\n\0", 0, 3) != std::string::npos) {
      std::abort();
    }
  }
}

void check_escapes(std::string_view text) {
  const auto decoded = net::percent_decode(net::percent_encode(text));
  if (!decoded || *decoded != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_escapes(bytes);
  const std::ptrdiff_t end = find_end(bytes, bytes.size() + 1);
  // What arrives in pieces is refused at the same place or sooner, never found elsewhere.
  for (const std::size_t piece : {1U, 5U}) {
    const std::ptrdiff_t found = find_end(bytes, piece);
    if (found > 0 && end > 0 && found != end) std::abort();
  }
  if (end <= 0) return 0;
  const auto head =
      net::parse_request_head(bytes.substr(0, static_cast<std::size_t>(end)), kLimits);
  if (head) check_head(*head);
  return 0;
}

}  // namespace vodmill
