#include "api/socket.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/answers.h"
#include "base/log.h"

namespace vodmill::api {
namespace {

using net::CloseCode;
using net::Request;
using net::ResponseWriter;

constexpr Milliseconds kPause{50};
constexpr Milliseconds kLongest{1000};

class SocketListener final : public Listener {
 public:
  explicit SocketListener(net::WebSocket& socket) : socket_(socket) {}

  Async<> hear(const Message& message) override {
    std::string text = R"({"id":)" + (message.id ? std::to_string(*message.id) : "null");
    text += R"(,"event":)" + json::serialize(json::value(message.event));
    text += R"(,"data":)" + message.data + "}";
    co_return co_await socket_.send(text);
  }

 private:
  net::WebSocket& socket_;
};

// Not at once: a bell rings with every commit, and each client that waits costs reads.
asio::awaitable<void> until_news(Bell& bell, std::uint64_t seen, Milliseconds longest) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor, std::min(longest, kPause));
  co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return;
  co_await bell.wait(seen, std::max(std::min(longest, kLongest) - kPause, Milliseconds(0)));
}

asio::awaitable<void> until_heard(net::WebSocket& socket) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await socket.receive();
}

}  // namespace

Sockets::Sockets(const Ports& ports)
    : ports_(ports),
      followers_(ports.registry.gauge("vodmill_websocket_subscribers",
                                      "Clients that follow events on a WebSocket.")) {}

Async<> Sockets::follow(Request& request, ResponseWriter& response) {
  std::optional<net::Refusal> refusal = net::WebSocket::refuse_handshake(request);
  if (refusal) {
    net::Response answer = net::problem(*refusal);
    if (refusal->status == 426) answer.head.headers.add("Upgrade", "websocket");
    if (refusal->status == 426) answer.head.headers.add("Sec-WebSocket-Version", "13");
    co_return co_await response.send(std::move(answer));
  }
  const Result<std::optional<std::int64_t>> last =
      read_event_id(request.query("last_event_id"), "last_event_id");
  if (!last) co_return fail(last.error());
  const std::optional<std::string_view> video = request.query("video");
  Result<std::unique_ptr<Teller>> teller;
  if (video) {
    teller = co_await tell_video(ports_, VideoId(std::string(*video)), *last);
  } else {
    teller = co_await tell_all(ports_, *last);
  }
  if (!teller) co_return fail(std::move(teller).error());
  const metrics::Held follower(followers_);
  net::WebSocket socket(response, ports_.clock);
  const Result<> opened = co_await socket.open(request);
  if (!opened) co_return opened;
  co_return co_await talk(socket, **teller);
}

Async<> Sockets::talk(net::WebSocket& socket, Teller& teller) {
  using asio::experimental::awaitable_operators::operator||;
  SocketListener listener(socket);
  while (!socket.ended()) {
    const std::uint64_t seen = ports_.bell.count();
    const Result<bool> told = co_await teller.tell(listener);
    if (!told && told.error().code != ErrorCode::storage_unavailable) {
      if (socket.ended()) break;
      log::error("a WebSocket is closed: {}", told.error().message);
      co_return co_await socket.close(CloseCode::internal_error, "The server's log says more.");
    }
    if (told && !*told) {
      co_return co_await socket.close(CloseCode::normal, "The video was deleted.");
    }
    if (socket.ended()) break;
    auto either = until_news(ports_.bell, seen, socket.until_due()) || until_heard(socket);
    co_await std::move(either);
    if (socket.ended()) break;
    const Result<> kept = co_await socket.keep_alive();
    if (!kept) break;
  }
  co_return co_await socket.close(CloseCode::going_away, "The server stops. Connect again.");
}

}  // namespace vodmill::api
