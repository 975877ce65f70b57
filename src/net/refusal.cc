#include "net/refusal.h"

#include <array>

#include "base/json.h"

namespace vodmill::net {
namespace {

constexpr std::array<std::string_view, 15> kNames{"cross_site_request",
                                                  "headers_too_large",
                                                  "host_not_allowed",
                                                  "http_version_not_supported",
                                                  "idempotency_key_busy",
                                                  "idempotency_key_mismatch",
                                                  "incomplete_body",
                                                  "method_not_allowed",
                                                  "not_implemented",
                                                  "not_ready",
                                                  "overloaded",
                                                  "request_timeout",
                                                  "unsupported_media_type",
                                                  "upgrade_required",
                                                  "uri_too_long"};

bool is_retryable(HttpCode code) {
  switch (code) {
    case HttpCode::idempotency_key_busy:
    case HttpCode::incomplete_body:
    case HttpCode::not_ready:
    case HttpCode::overloaded:
    case HttpCode::request_timeout:
      return true;
    case HttpCode::cross_site_request:
    case HttpCode::headers_too_large:
    case HttpCode::host_not_allowed:
    case HttpCode::http_version_not_supported:
    case HttpCode::idempotency_key_mismatch:
    case HttpCode::method_not_allowed:
    case HttpCode::not_implemented:
    case HttpCode::unsupported_media_type:
    case HttpCode::upgrade_required:
    case HttpCode::uri_too_long:
      return false;
  }
  return false;
}

bool is_retryable(const ProblemCode& code) {
  if (const auto* error = std::get_if<ErrorCode>(&code)) return vodmill::is_retryable(*error);
  return is_retryable(std::get<HttpCode>(code));
}

}  // namespace

std::span<const std::string_view> http_code_names() { return kNames; }

std::string_view problem_code_name(const ProblemCode& code) {
  if (const auto* error = std::get_if<ErrorCode>(&code)) return error_code_name(*error);
  return kNames.at(static_cast<std::size_t>(std::get<HttpCode>(code)));
}

Response problem(const Refusal& refusal) {
  const json::object body{{"type", "about:blank"},    {"title", reason_phrase(refusal.status)},
                          {"status", refusal.status}, {"code", problem_code_name(refusal.code)},
                          {"detail", refusal.detail}, {"retryable", is_retryable(refusal.code)}};
  Response answer{.head = {.status = refusal.status,
                           .headers = {{"Content-Type", "application/problem+json"},
                                       {"Cache-Control", "no-store"}}},
                  .body = json::serialize(body)};
  if (refusal.retry_after) {
    answer.head.headers.add("Retry-After", std::to_string(refusal.retry_after->count()));
  }
  return answer;
}

}  // namespace vodmill::net
