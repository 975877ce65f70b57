// Which part of a representation a request wants: Range and conditional headers (RFC 9110 sections
// 13 and 14). Pure.
// Fuzzed by: fuzz/header_values_fuzz.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/headers.h"

namespace vodmill::net {

// The bytes to send. status: 200 for the whole, 206 for a part, 416 when no byte of the
// representation was asked for (then length is 0).
struct RangeDecision {
  int status = 200;
  std::int64_t offset = 0;
  std::int64_t length = 0;

  // The value of Content-Range: "bytes 0-9/100" for 206, "bytes */100" for 416.
  std::string content_range(std::int64_t size) const;
};

// What a Range header asks of a representation of `size` bytes (size >= 0). Without a header, with
// another unit, with malformed text or with several ranges the answer is the whole, as RFC 9110
// section 14.2 allows.
RangeDecision decide_range(std::optional<std::string_view> range, std::int64_t size);

// The same, with If-Range: the range counts only if If-Range is absent or is exactly `etag`.
RangeDecision decide_range(const Headers& request, std::string_view etag, std::int64_t size);

// Whether If-None-Match (absent: no) names this ETag, so that the answer is 304. `etag` is quoted:
// "\"abc\"". Compares weakly (RFC 9110 section 13.1.2); "*" matches.
bool matches_none_match(std::optional<std::string_view> if_none_match, std::string_view etag);

}  // namespace vodmill::net
