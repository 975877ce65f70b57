// One client connection: its requests one after the other, until it ends. Internal to net/.
//
// The server owns it until run() has returned; everything on the server's executor.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <string>

#include "net/server.h"
#include "net/server_metrics.h"
#include "net/socket_response.h"
#include "net/wire.h"

namespace vodmill::net {

// What all connections of a server share; outlives them.
struct ServerContext {
  ServerOptions options;
  ServerHooks hooks;
  const vodmill::Clock& clock;
  bool stopping = false;
  metrics::Registry unseen = {};  // where nobody wants the numbers
  ServerMetrics numbers{hooks.registry ? *hooks.registry : unseen};

  void tell(const Exchange& exchange) {
    numbers.count(exchange);
    if (hooks.ended) hooks.ended(exchange);
  }
};

class Connection {
 public:
  Connection(asio::ip::tcp::socket socket, std::string peer_address, ServerContext& context);

  // Serves until the connection ends. REQUIRES: spawned with signal()'s slot bound.
  asio::awaitable<void> run();
  // Answers that instead.
  asio::awaitable<void> run_refused(Refusal refusal);

  asio::cancellation_signal& signal() { return signal_; }
  const std::string& peer_address() const { return peer_address_; }

  // Called a few times a second: ends waits that are over, notices that the peer has gone.
  void tick(Wire::Clock::time_point now);
  // The server stops: ends at once if idle or interruptible, else after the present answer.
  void stop_soon();
  // Ends every wait now.
  void abort();

 private:
  enum class Next { request, close, linger };

  asio::awaitable<Next> serve_one();
  WireResult<std::size_t> read_head();
  asio::awaitable<Next> run_handler(RequestHead head);
  asio::awaitable<void> answer_failure(Error error, const Request& request, SocketBody& body,
                                       SocketResponse& response);
  asio::awaitable<Next> refuse(Refusal refusal);
  asio::awaitable<void> linger();
  void interrupt();

  ServerContext& context_;
  Wire wire_;
  const std::string peer_address_;
  asio::cancellation_signal signal_;
  bool idle_ = true;           // between requests, nothing received
  Interruption interruption_;  // of the handler that runs now
  std::optional<Refusal> refusal_;
};

}  // namespace vodmill::net
