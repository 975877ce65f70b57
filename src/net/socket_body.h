// The body of the request that a connection is serving. Internal to net/; lives on the connection's
// coroutine for that request.
#pragma once

#include "base/metrics.h"
#include "net/chunked.h"
#include "net/request.h"
#include "net/server.h"
#include "net/wire.h"

namespace vodmill::net {

class SocketBody final : public BodyStream {
 public:
  // `counter` counts the bytes of all bodies.
  SocketBody(Wire& wire, const RequestHead& head, const ServerOptions& options,
             metrics::Counter& counter);

  std::optional<std::int64_t> declared_length() const override;
  Async<std::size_t> read(std::span<std::byte> into) override;

  // An answer has begun: from now on "100 Continue" would be part of it.
  void answer_began() { continue_due_ = false; }

  std::int64_t received() const { return received_; }
  bool finished() const { return chunked_ ? decoder_.done() : left_ == 0; }
  // Whether the next request can be reached by reading what little is left of this body.
  bool is_worth_draining() const;
  // Reads the rest. False if the connection cannot be used any more.
  asio::awaitable<bool> drain();

  // The answer for a body that failed (400 or 408), or none.
  const std::optional<Refusal>& failure() const { return failure_; }

 private:
  asio::awaitable<void> send_continue();
  asio::awaitable<void> reach_data();
  std::int64_t data_left() const { return chunked_ ? decoder_.data_left() : left_; }
  void took(std::size_t bytes);
  void fail_with(WireEnd end);
  std::unexpected<Error> error() const;

  Wire& wire_;
  const ServerOptions& options_;
  const bool chunked_;
  const std::int64_t length_;
  std::int64_t left_;       // when not chunked
  ChunkedDecoder decoder_;  // when chunked
  std::int64_t received_ = 0;
  metrics::Counter& counter_;
  Pace pace_;
  bool continue_due_;
  bool aborted_ = false;
  std::optional<Refusal> failure_;
};

}  // namespace vodmill::net
