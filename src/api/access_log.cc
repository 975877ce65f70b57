#include "api/access_log.h"

namespace vodmill::api {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

bool names_a_video(std::string_view route) {
  return route.starts_with("/v1/videos/{id}") || route.starts_with("/play/{id}");
}

}  // namespace

log::Fields about(const net::Request& request) {
  log::Fields fields;
  if (names_a_video(request.route)) fields.push_back({"video", request.parameter("id")});
  fields.push_back({"request", std::string_view(request.id)});
  return fields;
}

void log_access(log::Level level, const net::Exchange& exchange) {
  if (!log::is_shown(level)) return;
  const net::Request* request = exchange.request;
  log::Fields fields = request ? about(*request) : log::Fields();
  const std::string_view method = request ? name_of(request->method()) : "";
  if (request) {
    fields.push_back({"method", method});
    fields.push_back({"route", request->route});
  }
  fields.push_back({"status", std::int64_t{exchange.status}});
  fields.push_back({"received_bytes", exchange.received_bytes});
  fields.push_back({"sent_bytes", exchange.sent_bytes});
  fields.push_back({"ms", duration_cast<milliseconds>(exchange.time).count()});
  fields.push_back({"peer", exchange.peer_address});
  log::write(level, fields,
             (request ? std::string(method) + ' ' + request->path() : "a malformed request") +
                 (exchange.whole ? "" : ", cut short"));
}

}  // namespace vodmill::api
