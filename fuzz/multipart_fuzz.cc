// Any bytes as a multipart body, whole and in pieces: the parts must be the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/multipart.h"

namespace vodmill {
namespace {

struct Seen {
  std::string trace;  // a line for every part's begin and end around its content
  bool refused = false;
  bool whole = false;
  bool operator==(const Seen&) const = default;
};

Seen parse(ByteView body, std::size_t piece) {
  using Kind = net::MultipartParser::Kind;
  net::MultipartParser parser("b", {.head_bytes = 64, .parts = 4});
  Seen seen;
  while (!body.empty()) {
    ByteView now = body.first(std::min(piece, body.size()));
    body = body.subspan(now.size());
    while (!now.empty()) {
      const std::size_t before = now.size();
      const auto event = parser.next(now);
      seen.refused = !event;
      if (!event) return seen;
      if (now.size() == before && event->kind == Kind::more) std::abort();  // would never end
      if (event->kind == Kind::part)
        seen.trace += "\nbegin " + std::to_string(parser.head().size());
      if (event->kind == Kind::content) seen.trace += as_text(event->content);
      if (event->kind == Kind::end) seen.trace += "\nend";
    }
  }
  seen.whole = parser.finish().has_value();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const Seen whole = parse(bytes, bytes.size() + 1);
  for (const std::size_t piece : {1U, 3U, 7U}) {
    if (parse(bytes, piece) != whole) std::abort();
  }
  return 0;
}

}  // namespace vodmill
