// The HTTP/1.1 server (RFC 9110, RFC 9112): listens, reads requests, runs handlers, stops.
//
// Threads: everything runs on the executor it is given, which must run one handler at a time: a
// io_context with one thread (the design) or a strand. Handlers are coroutines on that executor and
// must not block it. All functions are called on it, too.
//
// Memory: 16 KiB a connection plus what handlers hold; bodies are never collected.
//
// Every connection is counted. stop() ends when the last has ended; the server may be destroyed
// after that, or after its io_context has stopped running.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "net/exchange.h"
#include "net/router.h"

namespace vodmill::net {

struct ServerOptions {
  std::string address = "127.0.0.1";  // IPv4 or IPv6; "::" takes both
  std::uint16_t port = 8080;          // 0: any free one
  HeadLimits head = {};
  std::size_t max_connections = 1024;  // more are answered 503 and closed
  // Of one client (client_key() in client_address.h), trusted proxies aside; more are answered 429.
  std::size_t max_client_connections = 256;
  // Canonical addresses of proxies whose X-Forwarded-For says who the client is.
  std::vector<std::string> trusted_proxies = {};
  Milliseconds header_timeout{10'000};      // from the first byte of a head to its last: 408
  Milliseconds keep_alive_timeout{60'000};  // without a byte of a request: closed
  Milliseconds body_timeout{30'000};        // without a byte of the body: 408
  Milliseconds write_timeout{60'000};       // without the client taking a byte: closed
  Milliseconds linger_timeout{5'000};       // for a refused client to read why
  std::int64_t minimum_rate = 512;          // bytes a second, of bodies both ways
  std::int64_t drain_bytes = 64 * 1024;     // an unread remainder worth reading for keep-alive
};

struct ServerHooks {
  // Usually a Router's handle().
  Handler handler;
  // The answer for a handler's error; has the request for its path.
  std::function<Response(const Error&, const Request&)> error_answer;
  // May be empty. Sees every answer's head before it leaves (CORS, request ids); the request is the
  // one answered.
  std::function<void(const Request&, ResponseHead&)> decorate;
  // May be empty. Hears of every request when nothing more of its answer will leave.
  std::function<void(const Exchange&)> ended = {};
  // Where the server's numbers go (net/server_metrics.h); none: nobody sees them.
  metrics::Registry* registry = nullptr;
};

class Server {
 public:
  // Listens and accepts from now on. The clock (for Date) must outlive the server. An address that
  // cannot be bound is invalid_request with a sentence that names it.
  static Result<std::unique_ptr<Server>> listen(asio::any_io_executor executor,
                                                ServerOptions options, ServerHooks hooks,
                                                const Clock& clock);
  ~Server();

  // The port listened on, also when port 0 was asked for.
  std::uint16_t port() const;
  std::size_t connection_count() const;

  // Stops accepting; ends idle connections and interruptible handlers at once; lets the other
  // requests finish for `grace`, then aborts them. Ends when nothing of the server runs any more.
  asio::awaitable<void> stop(Milliseconds grace);

 private:
  class Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace vodmill::net
