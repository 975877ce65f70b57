// What happens, on a WebSocket: the same as events.h tells. A Handler (net/router.h).
//
// Each message is a text, {"id", "event", "data"}. A socket is closed with 1000 when its video is
// deleted, 1001 when the server stops, 1003 when its client sends a message, and 1011 when the
// catalog fails.
#pragma once

#include "api/teller.h"
#include "net/router.h"
#include "net/websocket.h"

namespace vodmill::api {

class Sockets {
 public:
  // The ports outlive it.
  explicit Sockets(const Ports& ports);

  // ?video=ID: of one video, from its first event on; of all otherwise, from now on.
  // ?last_event_id=N: after that one.
  Async<> follow(net::Request& request, net::ResponseWriter& response);

 private:
  Async<> talk(net::WebSocket& socket, Teller& teller);

  const Ports& ports_;
  metrics::Gauge& followers_;
};

}  // namespace vodmill::api
