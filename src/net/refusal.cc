#include "net/refusal.h"

#include "base/json.h"

namespace vodmill::net {

namespace {

// 409: of what is under way at the moment.
bool is_retryable(int status) {
  return status == 408 || status == 409 || status == 429 || status == 503;
}

}  // namespace

Response problem(const Refusal& refusal) {
  const json::object body{{"type", "about:blank"},    {"title", reason_phrase(refusal.status)},
                          {"status", refusal.status}, {"code", refusal.code},
                          {"detail", refusal.detail}, {"retryable", is_retryable(refusal.status)}};
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
