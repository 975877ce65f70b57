#include "net/refusal.h"

#include "base/json.h"

namespace vodmill::net {

Response problem(const Refusal& refusal) {
  const json::object body{
      {"type", "about:blank"},    {"title", reason_phrase(refusal.status)},
      {"status", refusal.status}, {"code", refusal.code},
      {"detail", refusal.detail}, {"retryable", refusal.status == 408 || refusal.status == 503}};
  return Response{.head = {.status = refusal.status,
                           .headers = {{"Content-Type", "application/problem+json"},
                                       {"Cache-Control", "no-store"}}},
                  .body = json::serialize(body)};
}

}  // namespace vodmill::net
