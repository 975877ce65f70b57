#include "net/server_metrics.h"

namespace vodmill::net {
namespace {

std::string status_class(int status) {
  if (status < 100) return "none";
  return std::to_string(status / 100) + "xx";
}

std::string or_none(std::string_view text) { return std::string(text.empty() ? "none" : text); }

}  // namespace

ServerMetrics::ServerMetrics(metrics::Registry& registry)
    : connections(registry.gauge("vodmill_http_connections", "Connections that are open.")),
      refused_connections(registry.counter("vodmill_http_connections_refused_total",
                                           "Connections turned away because there were too many.")),
      received_bytes(registry.counter("vodmill_http_request_body_bytes_total",
                                      "Bytes of request bodies received, uploads above all.")),
      sent_bytes(registry.counter("vodmill_http_response_body_bytes_total",
                                  "Bytes of answers' bodies sent, playback above all.")),
      registry_(registry) {}

void ServerMetrics::count(const Exchange& exchange) {
  const Request* request = exchange.request;
  const std::string route = or_none(request ? request->route : "");
  const std::string method = or_none(request ? name_of(request->method()) : "");
  registry_
      .counter("vodmill_http_requests_total", "Requests that have ended.",
               {{"route", route}, {"method", method}, {"status", status_class(exchange.status)}})
      .add();
  registry_
      .histogram("vodmill_http_request_duration_seconds",
                 "From a request's head to the end of its answer.", metrics::latency_bounds(),
                 {{"route", route}, {"method", method}})
      .observe(std::chrono::duration<double>(exchange.time).count());
}

}  // namespace vodmill::net
