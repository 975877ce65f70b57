// Waiting for the catalog on behalf of a client.
#pragma once

#include "core/bell.h"
#include "net/response.h"

namespace vodmill::api {

// Returns when the bell has rung since `seen` or `longest` has passed, but not at once: a bell
// rings with every commit, and each client that waits costs reads. False when the client has gone
// or the server stops. REQUIRES: response.interrupt_when_peer_goes() was called.
asio::awaitable<bool> wait_for_news(Bell& bell, net::ResponseWriter& response, std::uint64_t seen,
                                    Milliseconds longest);

}  // namespace vodmill::api
