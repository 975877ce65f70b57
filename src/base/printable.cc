#include "base/printable.h"

#include <spdlog/fmt/fmt.h>

#include <cstdint>

namespace vodmill {
namespace {

struct Decoded {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not well-formed
};

// Of the text's first character. REQUIRES: text is not empty.
Decoded decode_first(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < bytes) return {};
  char32_t code = first & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  const char32_t least = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least || code > 0x10ffff || is_surrogate) return {};
  return {code, bytes};
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

std::string escaped(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  return fmt::format("\\x{:02x}", static_cast<unsigned>(code));
}

}  // namespace

std::string with_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = decode_first(text).bytes;
    out += bytes > 0 ? text.substr(0, bytes) : "\xef\xbf\xbd";
    text.remove_prefix(bytes > 0 ? bytes : 1);
  }
  return out;
}

std::string printable(std::string_view text) {
  const std::string valid = with_valid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    const Decoded first = decode_first(rest);
    out += is_control(first.code) ? escaped(first.code) : std::string(rest.substr(0, first.bytes));
    rest.remove_prefix(first.bytes);
  }
  return out;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 60;
  if (text.size() <= kMost) return '"' + printable(text) + '"';
  std::size_t end = kMost;
  const auto is_within = [&](std::size_t i) {
    return (static_cast<std::uint8_t>(text[i]) & 0xc0) == 0x80;
  };
  while (end > kMost - 4 && is_within(end)) --end;
  return '"' + printable(text.substr(0, end)) + "...\"";
}

}  // namespace vodmill
