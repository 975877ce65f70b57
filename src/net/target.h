// Where a request goes: path and query, percent-decoded (RFC 9112 section 3.2, RFC 3986). Pure.
// Fuzzed by: fuzz/request_head_fuzz.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace vodmill::net {

struct QueryParameter {
  std::string name;
  std::string value;
};

struct Target {
  // "/v1/videos/a b" for "/v1/videos/a%20b": "/" and the segments with "/" between them.
  std::string path;
  // The decoded pieces between slashes: {"v1", "videos", "a b"}; "/" has one empty segment.
  std::vector<std::string> segments;
  // As in HTML forms: '+' is a space, a name without '=' has the empty value.
  std::vector<QueryParameter> query;

  // The value of the first query parameter with this name.
  std::optional<std::string_view> parameter(std::string_view name) const;
};

// Origin form ("/path?query"), absolute form ("http://host/path") and "*". Everything else is
// invalid_request, and so are, after decoding: control characters and NUL, "." and ".." segments,
// and a slash or backslash hidden in an escape. What comes out is safe to join to a folder.
Result<Target> parse_target(std::string_view text);

// The text with %XX replaced. invalid_request for escapes that are not two hexadecimal digits.
Result<std::string> percent_decode(std::string_view text);

// The reverse: everything but RFC 3986's unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace vodmill::net
