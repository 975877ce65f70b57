// A WebSocket (RFC 6455) that a handler sends texts on, on a ResponseWriter.
//
// The handler's loop: send what is new; wait for news or for receive(), whichever comes first;
// keep_alive(); look at ended(). What the client says is answered here: pings, the closing
// handshake, and a message, which nobody wants, by closing with 1003. Used by one coroutine; only
// receive() may run beside the handler's other wait.
//
// There is no queue: a send ends when the kernel has taken the bytes, and a client that reads too
// slowly is cut off by the server's write timeout. Extensions are not negotiated.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "net/refusal.h"
#include "net/request.h"
#include "net/response.h"
#include "net/websocket_frames.h"

namespace vodmill::net {

struct WebSocketTimes {
  Milliseconds ping{20'000};     // quiet for so long, the client is asked whether it is there
  Milliseconds silence{60'000};  // nothing from the client for so long: it has gone
};

class WebSocket {
 public:
  // The clock and the writer must outlive it.
  WebSocket(ResponseWriter& response, const Clock& clock, WebSocketTimes times = {});

  // Why a request is no opening handshake: 426 for one that does not ask for a WebSocket of version
  // 13, 400 for one that is malformed.
  static std::optional<Refusal> refuse_handshake(const Request& request);

  // Answers the opening handshake: 101. REQUIRES: refuse_handshake() has no objection.
  Async<> open(const Request& request);

  Async<> send(std::string_view text);

  // Waits for bytes of the client. Ends early when it is cancelled.
  asio::awaitable<void> receive();

  // How long until keep_alive() has something to do; 0 when it has.
  Milliseconds until_due() const;
  // Answers what has been received, and pings a client that is quiet.
  Async<> keep_alive();

  // The client has gone or closed, or the server stops: the handler calls close() and returns.
  bool ended() const { return closed_ || gone_ || response_.interrupted(); }

  // Ends the connection with a close frame, unless one has been sent. A client that has gone is no
  // error.
  Async<> close(CloseCode code, std::string_view reason);

 private:
  Async<> answer(const ClientFrame& frame);
  Async<> write(std::string frame);
  Async<> send_close(std::uint16_t code, std::string_view reason);

  ResponseWriter& response_;
  const Clock& clock_;
  const WebSocketTimes times_;
  Tunnel* tunnel_ = nullptr;
  Timestamp heard_;
  Timestamp pinged_;
  std::optional<Timestamp> unanswered_since_;  // of a ping, the first after what was last heard
  bool unread_ = false;                        // bytes that keep_alive() has not looked at
  bool closed_ = false;                        // a close frame was sent
  bool gone_ = false;
};

}  // namespace vodmill::net
