// How often one client may call. Belongs to the Api; used on the server's executor.
#pragma once

#include <optional>

#include "net/refusal.h"
#include "net/request.h"
#include "net/token_buckets.h"

namespace vodmill::api {

struct Rates {
  // A second and client, four seconds' worth of them at once; 0: as many as it likes.
  int calls = 500;
  int creations = 100;
};

// What a request counts as.
enum class Toll {
  none,      // playback and the checks of health
  call,      // one of Rates::calls
  creation,  // one of Rates::creations; work begins with it
};

class RateLimits {
 public:
  using Time = net::TokenBuckets::Time;

  explicit RateLimits(const Rates& rates);

  // nullopt for a request that may pass; else 429 rate_limited, with the time to wait.
  std::optional<net::Refusal> refuse(Toll toll, const net::Request& request, Time now);

 private:
  net::TokenBuckets calls_;
  net::TokenBuckets creations_;
};

}  // namespace vodmill::api
