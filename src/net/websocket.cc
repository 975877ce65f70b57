#include "net/websocket.h"

#include <algorithm>

#include "net/parameter.h"

namespace vodmill::net {
namespace {

constexpr std::string_view kVersion = "13";

// Whether one of the fields of that name lists the word.
bool lists(const Headers& headers, std::string_view name, std::string_view word) {
  for (const HeaderField& field : headers) {
    std::string_view rest =
        equal_ignoring_case(field.name, name) ? field.value : std::string_view();
    while (!rest.empty()) {
      if (equal_ignoring_case(take_list_member(rest), word)) return true;
    }
  }
  return false;
}

// 16 bytes in base64.
bool is_key(std::string_view key) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") &&
         key.substr(0, 22).find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

WebSocket::WebSocket(ResponseWriter& response, const Clock& clock, WebSocketTimes times)
    : response_(response), clock_(clock), times_(times), heard_(clock.now()), pinged_(heard_) {}

std::optional<Refusal> WebSocket::refuse_handshake(const Request& request) {
  const Headers& headers = request.head.headers;
  const bool asks = request.method() == Method::get && lists(headers, "Upgrade", "websocket") &&
                    lists(headers, "Connection", "upgrade") && !request.head.is_http_1_0;
  if (!asks || request.header("Sec-WebSocket-Version") != kVersion) {
    return Refusal{426, HttpCode::upgrade_required,
                   "This address speaks the WebSocket protocol, version 13: connect with a "
                   "WebSocket client to ws:// or wss://. Or follow /v1/events."};
  }
  if (request.body.declared_length() != 0 ||
      !is_key(request.header("Sec-WebSocket-Key").value_or(""))) {
    return Refusal{400, ErrorCode::invalid_request,
                   "An opening handshake has a Sec-WebSocket-Key of 16 bytes in base64, and no "
                   "body (RFC 6455, section 4.1)."};
  }
  return std::nullopt;
}

Async<> WebSocket::open(const Request& request) {
  const std::string_view key = request.header("Sec-WebSocket-Key").value_or("");
  Headers headers{{"Upgrade", "websocket"}, {"Sec-WebSocket-Accept", accept_of(key)}};
  response_.interrupt_when_peer_goes();
  const Result<Tunnel*> tunnel = co_await response_.switch_protocol(std::move(headers));
  if (!tunnel) co_return fail(tunnel.error());
  tunnel_ = *tunnel;
  unread_ = !tunnel_->received().empty();
  co_return Result<>();
}

Async<> WebSocket::send(std::string_view text) { return write(text_frame(text)); }

asio::awaitable<void> WebSocket::receive() {
  const Result<> received = co_await tunnel_->receive();
  gone_ = gone_ || !received;
  unread_ = true;
}

Milliseconds WebSocket::until_due() const {
  if (unread_) return Milliseconds(0);
  const Timestamp quiet_since = std::max(heard_, pinged_);
  const Milliseconds quiet = clock_.now() - quiet_since;
  return std::clamp(times_.ping - quiet, Milliseconds(0), times_.ping);
}

Async<> WebSocket::keep_alive() {
  unread_ = false;
  while (!closed_) {
    const auto frame = parse_frame(tunnel_->received());
    if (!frame) {
      const bool is_message = frame.error() == CloseCode::unsupported_data;
      co_return co_await send_close(
          static_cast<std::uint16_t>(frame.error()),
          is_message ? "Nothing is taken here. Change things by HTTP." : "Malformed frame.");
    }
    if (!*frame) break;
    heard_ = clock_.now();
    unanswered_since_.reset();
    tunnel_->consume((*frame)->bytes);
    const Result<> answered = co_await answer(**frame);
    if (!answered) co_return answered;
  }
  if (closed_) co_return Result<>();
  const Timestamp now = clock_.now();
  gone_ = gone_ || (unanswered_since_ && now - *unanswered_since_ >= times_.silence);
  if (gone_ || until_due() > Milliseconds(0)) co_return Result<>();
  pinged_ = now;
  if (!unanswered_since_) unanswered_since_ = now;
  co_return co_await write(ping_frame());
}

Async<> WebSocket::answer(const ClientFrame& frame) {
  switch (frame.kind) {
    case ClientFrame::Kind::ping:
      return write(pong_frame(frame.payload));
    case ClientFrame::Kind::close:
      return send_close(frame.code, "");
    case ClientFrame::Kind::pong:
      break;
  }
  return write("");
}

Async<> WebSocket::close(CloseCode code, std::string_view reason) {
  const Result<> sent = co_await send_close(static_cast<std::uint16_t>(code), reason);
  if (!sent) co_return Result<>();
  const Result<> finished = co_await response_.finish();
  gone_ = gone_ || !finished;
  co_return Result<>();
}

Async<> WebSocket::send_close(std::uint16_t code, std::string_view reason) {
  if (closed_ || gone_) return write("");
  closed_ = true;
  return write(close_frame(code, reason));
}

Async<> WebSocket::write(std::string frame) {
  if (frame.empty()) co_return Result<>();
  const Result<> written = co_await response_.write(as_bytes(frame));
  gone_ = gone_ || !written;
  co_return written;
}

}  // namespace vodmill::net
