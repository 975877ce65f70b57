#include "net/refusal.h"

#include "base/json.h"

namespace vodmill::net {

namespace {

// 409: of what is under way at the moment.
bool is_retryable(int status) { return status == 408 || status == 409 || status == 503; }

}  // namespace

Response problem(const Refusal& refusal) {
  const json::object body{{"type", "about:blank"},    {"title", reason_phrase(refusal.status)},
                          {"status", refusal.status}, {"code", refusal.code},
                          {"detail", refusal.detail}, {"retryable", is_retryable(refusal.status)}};
  return Response{.head = {.status = refusal.status,
                           .headers = {{"Content-Type", "application/problem+json"},
                                       {"Cache-Control", "no-store"}}},
                  .body = json::serialize(body)};
}

}  // namespace vodmill::net
