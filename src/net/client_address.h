// Which client a request or a connection is from, for limits. Pure.
// Fuzzed by: fuzz/header_values_fuzz.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/headers.h"

namespace vodmill::net {

// An IP address as this folder writes it: "2001:db8::1" for "2001:DB8:0::1", "192.0.2.7" for
// "::ffff:192.0.2.7". nullopt for what is not one.
std::optional<std::string> canonical_address(std::string_view text);

// The client's address: `peer`, the one of the connection itself; or, when that is a trusted
// proxy's, the last one in X-Forwarded-For that is no trusted proxy's. What stands in front of that
// the client may have written itself. The peer again when there is no such address.
// REQUIRES: peer and trusted are canonical.
std::string client_address(const std::string& peer, const Headers& headers,
                           const std::vector<std::string>& trusted);

// What counts as one client: an IPv4 address, or the first half of an IPv6 address ("2001:db8::"),
// since whoever has one has all 2^64 of that network.
std::string client_key(std::string_view address);

}  // namespace vodmill::net
