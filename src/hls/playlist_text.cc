#include "hls/playlist_text.h"

#include <algorithm>
#include <charconv>

#include "hls/refusal.h"

namespace vodmill::hls {
namespace {

constexpr std::string_view kFirstLine = "#EXTM3U";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
  });
}

Line to_line(int number, std::string_view text) {
  if (!text.starts_with('#')) return {number, {}, text};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {number, text, {}};
  return {number, text.substr(0, colon), text.substr(colon + 1)};
}

// Bytes of the UTF-8 sequence at the front (RFC 3629, 4); 0 if there is none. C1 controls count as
// none, since a playlist may not hold them.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code < 0xa0 || code > 0x10ffff ? 0 : length;
}

}  // namespace

Result<std::vector<Line>> read_lines(std::string_view text) {
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1 && line != kFirstLine) {
      return refuse_line(1, "A playlist begins with #EXTM3U.");
    }
    if (std::ranges::any_of(line, is_control)) {
      return refuse_line(number, "A playlist may not hold control characters.");
    }
    const bool is_comment = line.starts_with('#') && !line.starts_with("#EXT");
    if (number > 1 && !line.empty() && !is_comment) lines.push_back(to_line(number, line));
  }
  if (lines.empty()) return refuse("The playlist is empty.");
  return lines;
}

std::unexpected<Error> refuse_line(int number, std::string_view sentence) {
  return refuse("line " + std::to_string(number) + ": " + std::string(sentence));
}

Result<Attributes> Attributes::parse(std::string_view text) {
  Attributes list;
  for (;;) {
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (equals == std::string_view::npos || !is_name(name)) {
      return refuse("An attribute is NAME=value.");
    }
    text.remove_prefix(equals + 1);
    std::size_t end = text.find(',');
    if (text.starts_with('"')) {
      const std::size_t closing = text.find('"', 1);
      if (closing == std::string_view::npos) return refuse("A quoted value does not end.");
      end = closing + 1;
    }
    const std::string_view value = text.substr(0, end);
    if (value.empty()) return refuse("The attribute " + std::string(name) + " has no value.");
    if (list.has(name)) return refuse("The attribute " + std::string(name) + " stands here twice.");
    list.attributes_.push_back({name, value});
    if (value.size() == text.size()) return list;
    if (text[value.size()] != ',') return refuse("A comma is missing between two attributes.");
    text.remove_prefix(value.size() + 1);
  }
}

std::optional<std::string_view> Attributes::find(std::string_view name) const {
  const auto found = std::ranges::find(attributes_, name, &Attribute::name);
  return found == attributes_.end() ? std::nullopt : std::optional(found->value);
}

Result<std::string_view> Attributes::enumerated(std::string_view name) const {
  const std::optional<std::string_view> value = find(name);
  if (!value) return refuse("The attribute " + std::string(name) + " is missing.");
  if (value->find('"') != std::string_view::npos) {
    return refuse("The attribute " + std::string(name) + " may not be quoted.");
  }
  return *value;
}

Result<std::string> Attributes::quoted(std::string_view name) const {
  const std::optional<std::string_view> value = find(name);
  if (!value) return refuse("The attribute " + std::string(name) + " is missing.");
  if (!value->starts_with('"')) {
    return refuse("The attribute " + std::string(name) + " must be quoted.");
  }
  return std::string(value->substr(1, value->size() - 2));
}

Result<std::int64_t> Attributes::integer(std::string_view name) const {
  const std::string_view value = TRY(enumerated(name));
  return read_integer(value);
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += '?';
    } else if (text[0] == '"') {
      out += '\'';
    } else if (is_control(text[0])) {
      out += ' ';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out + '"';
}

std::string decimal(std::int64_t value, int digits) {
  std::string text = std::to_string(value);
  const auto places = static_cast<std::size_t>(digits);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  return text.insert(text.size() - places, 1, '.');
}

Result<std::int64_t> read_decimal(std::string_view text, int digits) {
  constexpr std::size_t kWholeDigits = 9;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  const bool has_fraction = point == std::string_view::npos || !fraction.empty();
  if (whole.empty() || whole.size() > kWholeDigits || !has_fraction ||
      !std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(fraction, is_digit)) {
    return refuse("\"" + std::string(text.substr(0, 40)) + "\" is not a decimal number.");
  }
  std::int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  const auto places = static_cast<std::size_t>(digits);
  for (std::size_t i = 0; i < places; ++i) {
    value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return fraction.size() > places && fraction[places] >= '5' ? value + 1 : value;
}

Result<std::int64_t> read_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || text.empty() || !is_digit(text[0])) {
    return refuse("\"" + std::string(text.substr(0, 40)) + "\" is not a whole number.");
  }
  return value;
}

}  // namespace vodmill::hls
