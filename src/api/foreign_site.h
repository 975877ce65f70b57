// Which requests come by way of a stranger's web page. Pure.
//
// A server on loopback without keys is within reach of every page that its owner's browser opens.
// Such a page can send a request here although it cannot read the answer, and by a name of its own
// that resolves to 127.0.0.1 (DNS rebinding) it could even read it.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include <optional>

#include "api/ports.h"
#include "net/request_head.h"

namespace vodmill::api {

// nullopt for a request that may pass. 403 cross_site_request: one that changes something or asks
// for another protocol (a browser lets any page read a WebSocket), sent by a page of another site
// (Sec-Fetch-Site is cross-site, or Origin is neither Host nor an allowed host). 403
// host_not_allowed: Host is not a name of this server (see ApiOptions::loopback_only).
std::optional<net::Refusal> refuse_foreign(const net::RequestHead& head, const ApiOptions& options);

// Whether this Host ("localhost:8080", "[::1]") names the loopback interface itself.
bool is_loopback_host(std::string_view host);

}  // namespace vodmill::api
