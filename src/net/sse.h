// Server-sent events (HTML Living Standard, section 9.2), on a ResponseWriter.
//
// The handler's loop: send what is new; wait at most until_heartbeat(); keep_alive(); look at
// ended(). Opening the stream calls interrupt_when_peer_goes(), so that its waits end with the
// client and with the server. Used by one coroutine.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/response.h"

namespace vodmill::net {

struct SseEvent {
  std::string id;     // empty: the client's last id stays
  std::string event;  // empty: "message"
  std::string data;   // may have several lines
};

// The event as lines with the empty line that ends it. Line ends and NUL in id and event are
// dropped, and every line of data gets its own "data:".
std::string format_sse(const SseEvent& event);

class SseStream {
 public:
  // The clock and the writer must outlive the stream.
  SseStream(ResponseWriter& response, const Clock& clock,
            Milliseconds heartbeat = std::chrono::seconds(15));

  // Sends the head: 200, text/event-stream, no caching, no buffering by proxies; with `headers`.
  Async<> open(Headers headers = {});
  Async<> send(const SseEvent& event);

  // How long until a comment must be sent to keep proxies from closing; 0 when it is due.
  Milliseconds until_heartbeat() const;
  // Sends that comment if it is due.
  Async<> keep_alive();

  // The client has gone or the server stops: the handler returns.
  bool ended() const { return response_.interrupted(); }
  Async<> finish() { return response_.finish(); }

 private:
  Async<> write(std::string text);

  ResponseWriter& response_;
  const Clock& clock_;
  const Milliseconds heartbeat_;
  Timestamp last_write_;
};

}  // namespace vodmill::net
