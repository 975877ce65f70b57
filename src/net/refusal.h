// An answer that the server itself gives to a request it will not serve. Value type, pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "net/response.h"

namespace vodmill::net {

struct Refusal {
  int status = 400;
  std::string_view code;  // a word from a closed list, e.g. "headers_too_large"
  std::string detail;     // a sentence that tells a person what to do
  std::optional<std::chrono::seconds> retry_after = {};
};

// application/problem+json (RFC 9457): {type, title, status, code, detail, retryable}; with
// Retry-After.
Response problem(const Refusal& refusal);

}  // namespace vodmill::net
