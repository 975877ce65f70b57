// /metrics: what the process counts and what the catalog holds, in the Prometheus text format. A
// Handler (net/router.h).
#pragma once

#include "api/ports.h"
#include "api/shared_look.h"
#include "net/router.h"

namespace vodmill::api {

class Metrics {
 public:
  // The ports outlive it.
  Metrics(const Ports& ports, const ApiOptions& options);

  // Answers also while the catalog does not: then without its numbers, and vodmill_catalog_up is 0.
  Async<> show(net::Request& request, net::ResponseWriter& response);

 private:
  struct Counted {
    Census census;
    JobCounts jobs;
    std::optional<std::int64_t> free_bytes;
  };
  static Async<Counted> count(const Ports& ports);
  static std::vector<metrics::Family> families_of(const Counted& counted);

  const Ports& ports_;
  SharedLook<Result<Counted>> look_;
};

}  // namespace vodmill::api
