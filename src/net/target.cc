#include "net/target.h"

#include <algorithm>

#include "net/characters.h"

namespace vodmill::net {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

Result<std::string> decode_segment(std::string_view raw) {
  std::string segment = TRY(percent_decode(raw));
  if (segment == "." || segment == "..") {
    return fail(ErrorCode::invalid_request, "The path must not contain '.' or '..' segments.");
  }
  if (segment.find_first_of("/\\") != std::string::npos ||
      std::ranges::any_of(segment, is_control)) {
    return fail(ErrorCode::invalid_request,
                "A path segment must not contain slashes, backslashes or control characters.");
  }
  return segment;
}

Result<std::string> decode_form(std::string_view raw) {
  std::string text(raw);
  std::ranges::replace(text, '+', ' ');
  text = TRY(percent_decode(text));
  if (text.find('\0') != std::string::npos) {
    return fail(ErrorCode::invalid_request, "The query must not contain NUL.");
  }
  return text;
}

Result<std::vector<QueryParameter>> parse_query(std::string_view text) {
  std::vector<QueryParameter> query;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    QueryParameter parameter{.name = TRY(decode_form(pair.substr(0, equals))), .value = {}};
    if (equals != std::string_view::npos) {
      parameter.value = TRY(decode_form(pair.substr(equals + 1)));
    }
    query.push_back(std::move(parameter));
  }
  return query;
}

// "http://host:80/path" -> "/path": a server must accept what is meant for a proxy.
std::string_view strip_authority(std::string_view text) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::size_t path = text.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? "/" : text.substr(path);
  }
  return text;
}

}  // namespace

std::optional<std::string_view> Target::parameter(std::string_view name) const {
  for (const QueryParameter& each : query) {
    if (each.name == name) return each.value;
  }
  return std::nullopt;
}

Result<Target> parse_target(std::string_view text) {
  if (text == "*") return Target{.path = "*", .segments = {}, .query = {}};
  text = strip_authority(text);
  if (!text.starts_with('/') || text.find('#') != std::string_view::npos) {
    return fail(ErrorCode::invalid_request,
                "The request target must be a path such as /v1/videos.");
  }
  const std::size_t question = text.find('?');
  std::string_view path = text.substr(0, question);
  Target target;
  if (question != std::string_view::npos) {
    target.query = TRY(parse_query(text.substr(question + 1)));
  }
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::string_view raw = path.substr(0, path.find('/'));
    target.segments.push_back(TRY(decode_segment(raw)));
    target.path += '/';
    target.path += target.segments.back();
    path.remove_prefix(raw.size());
  }
  return target;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return fail(ErrorCode::invalid_request,
                  "A '%' in the request target must be followed by two hexadecimal digits.");
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || std::string_view("-._~").contains(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace vodmill::net
