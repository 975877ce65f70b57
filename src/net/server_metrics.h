// What a server counts of itself. Internal to net/; the names are what /metrics shows.
#pragma once

#include "base/metrics.h"
#include "net/exchange.h"

namespace vodmill::net {

class ServerMetrics {
 public:
  // The registry must outlive it.
  explicit ServerMetrics(metrics::Registry& registry);

  // Labels: the route's pattern, never the path, and the class of the status.
  void count(const Exchange& exchange);

  metrics::Gauge& connections;
  metrics::Counter& refused_connections;
  metrics::Counter& received_bytes;
  metrics::Counter& sent_bytes;

 private:
  metrics::Registry& registry_;
};

}  // namespace vodmill::net
