// The answer to the request that a connection is serving. Internal to net/; lives on the
// connection's coroutine for that request.
#pragma once

#include "net/request.h"
#include "net/response.h"
#include "net/server.h"
#include "net/socket_body.h"
#include "net/wire.h"

namespace vodmill::net {

// What a running handler and its server tell each other about ending early.
struct Interruption {
  bool allowed = false;  // the handler has asked to be interrupted
  bool happened = false;
};

struct ServerContext;

class SocketResponse final : public ResponseWriter, private Tunnel {
 public:
  // may_keep_alive is read when the head is made.
  SocketResponse(Wire& wire, const Request& request, SocketBody& body, const ServerContext& context,
                 Interruption& interruption);

  Async<> send(Response response) override;
  Async<> start(ResponseHead head, std::optional<std::int64_t> length) override;
  Async<> write(ByteView bytes) override;
  Async<> finish() override;
  Async<> send_from(ResponseHead head, std::int64_t length, BodySource& source) override;
  Async<Tunnel*> switch_protocol(Headers headers) override;
  bool started() const override { return state_ != State::fresh; }
  void interrupt_when_peer_goes() override { interruption_.allowed = true; }
  bool interrupted() const override { return interruption_.happened || wire_.aborted(); }

  // The answer has left whole.
  bool finished() const { return state_ == State::finished; }
  // 0 while there is no answer.
  int status() const { return status_; }
  std::int64_t sent_bytes() const { return sent_bytes_; }
  // It is no longer HTTP.
  bool has_switched() const { return status_ == 101; }
  // The answer has promised the client that the connection stays open.
  bool keeps_alive() const { return keep_alive_; }

 private:
  enum class State { fresh, writing, finished, broken };

  std::string_view received() const override { return wire_.buffered(); }
  void consume(std::size_t bytes) override { wire_.consume(bytes); }
  Async<> receive() override;

  void begin(ResponseHead head, std::optional<std::int64_t> length);
  Async<> put(std::array<ByteView, 3> pieces, std::size_t body_bytes);
  Async<> put_chunk(ByteView bytes);
  bool has_body(int status) const;

  Wire& wire_;
  const Request& request_;
  SocketBody& body_;
  const ServerContext& context_;
  Interruption& interruption_;
  Pace pace_;
  const Pace stream_pace_;
  State state_ = State::fresh;
  int status_ = 0;
  std::int64_t sent_bytes_ = 0;  // of the body
  bool keep_alive_ = false;
  bool chunked_ = false;
  bool body_wanted_ = true;
  std::optional<std::int64_t> left_;  // bytes still promised
  std::string head_;                  // made, not yet sent
};

}  // namespace vodmill::net
