// An answer that the server itself gives to a request it will not serve. Value type, pure.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "net/response.h"

namespace vodmill::net {

// What can go wrong with a request and with no video. The names (problem_code_name) are part of the
// API: never rename one, never reuse one.
enum class HttpCode {
  cross_site_request,
  headers_too_large,
  host_not_allowed,
  http_version_not_supported,
  idempotency_key_busy,
  idempotency_key_mismatch,
  incomplete_body,
  method_not_allowed,
  not_implemented,
  not_ready,
  overloaded,
  request_timeout,
  unsupported_media_type,
  upgrade_required,
  uri_too_long,
};

// In the order of the enum: with the names of base/error.h all that `code` can be.
std::span<const std::string_view> http_code_names();

using ProblemCode = std::variant<HttpCode, ErrorCode>;

std::string_view problem_code_name(const ProblemCode& code);

struct Refusal {
  int status = 400;
  ProblemCode code = ErrorCode::invalid_request;
  std::string detail;  // a sentence that tells a person what to do
  std::optional<std::chrono::seconds> retry_after = {};
};

// application/problem+json (RFC 9457): {type, title, status, code, detail, retryable}; with
// Retry-After.
Response problem(const Refusal& refusal);

}  // namespace vodmill::net
