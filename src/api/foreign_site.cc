#include "api/foreign_site.h"

#include <algorithm>

namespace vodmill::api {
namespace {

using net::equal_ignoring_case;
using net::Method;

// "localhost" of "localhost:8080", "[::1]" of "[::1]:8080".
std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool inside = bracket != std::string_view::npos && colon < bracket;
  return colon == std::string_view::npos || inside ? host : host.substr(0, colon);
}

// 127.0.0.0/8 in dotted decimal.
bool is_loopback_ipv4(std::string_view name) {
  const bool plain =
      std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return plain && name.starts_with("127.") && std::ranges::count(name, '.') == 3;
}

bool is_allowed_host(std::string_view host, const ApiOptions& options) {
  const std::string_view name = without_port(host);
  return std::ranges::any_of(options.allowed_hosts, [name](const std::string& allowed) {
    return equal_ignoring_case(name, allowed);
  });
}

// An Origin is scheme "://" host [":" port]; "null" is nobody's. A proxy may have put a Host of its
// own in the place of the one that the browser sent.
bool is_own_origin(std::string_view origin, std::string_view host, const ApiOptions& options) {
  const std::size_t mark = origin.find("://");
  if (mark == std::string_view::npos) return false;
  origin.remove_prefix(mark + 3);
  return equal_ignoring_case(origin, host) || is_allowed_host(origin, options);
}

bool changes_something(Method method) {
  return method != Method::get && method != Method::head && method != Method::options;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  constexpr std::string_view kLocalhost = "localhost";
  const std::string_view name = without_port(host);
  if (name == "[::1]" || is_loopback_ipv4(name)) return true;
  if (equal_ignoring_case(name, kLocalhost)) return true;
  // RFC 6761 section 6.3: every name below localhost. is loopback.
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && equal_ignoring_case(name.substr(dot + 1), kLocalhost);
}

std::optional<net::Refusal> refuse_foreign(const net::RequestHead& head,
                                           const ApiOptions& options) {
  const std::string_view host = head.headers.find("Host").value_or("");
  if (options.loopback_only && !is_loopback_host(host) && !is_allowed_host(host, options)) {
    return net::Refusal{403, net::HttpCode::host_not_allowed,
                        "This server answers to localhost only. Use http://localhost, or start it "
                        "with --allowed-host and the name in the URL."};
  }
  const bool is_socket = head.headers.find("Upgrade").has_value();
  if (!changes_something(head.method) && !is_socket) return std::nullopt;
  const std::string_view site = head.headers.find("Sec-Fetch-Site").value_or("");
  const std::optional<std::string_view> origin = head.headers.find("Origin");
  if (site != "cross-site" && (!origin || is_own_origin(*origin, host, options)))
    return std::nullopt;
  return net::Refusal{403, net::HttpCode::cross_site_request,
                      "A page of another site may not change anything here, nor open a WebSocket. "
                      "Use this server's own page, or a client that is not a browser."};
}

}  // namespace vodmill::api
