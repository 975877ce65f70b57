#include "api/rate_limits.h"

#include "net/client_address.h"

namespace vodmill::api {
namespace {

constexpr int kBurstSeconds = 4;

net::BucketOptions buckets(int per_second) {
  return {.per_second = per_second, .burst = per_second * kBurstSeconds};
}

}  // namespace

RateLimits::RateLimits(const Rates& rates)
    : calls_(buckets(rates.calls)), creations_(buckets(rates.creations)) {}

std::optional<net::Refusal> RateLimits::refuse(Toll toll, const net::Request& request, Time now) {
  if (toll == Toll::none) return std::nullopt;
  const std::string client = net::client_key(request.client_address);
  net::TokenBuckets& buckets = toll == Toll::creation ? creations_ : calls_;
  const net::TokenBuckets::Duration wait = buckets.take(client, now);
  if (wait <= net::TokenBuckets::Duration::zero()) return std::nullopt;
  return net::Refusal{429, ErrorCode::rate_limited,
                      "Too many requests came from " + client +
                          " in a short time. Send them more slowly, from the time on that "
                          "Retry-After says.",
                      std::chrono::ceil<std::chrono::seconds>(wait)};
}

}  // namespace vodmill::api
