#include "net/connection.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <cctype>

#include "base/log.h"
#include "base/random.h"
#include "net/client_address.h"
#include "net/refusal.h"

namespace vodmill::net {
namespace {

// The boundary at which an exception of a handler (out of memory, a broken invariant) becomes an
// error of one request.
Async<> run_guarded(const Handler& handler, Request& request, ResponseWriter& response) {
  try {
    co_return co_await handler(request, response);
  } catch (const std::exception& exception) {
    log::error({{"request", request.id}}, "{} {}: {}", name_of(request.method()), request.path(),
               exception.what());
  }
  co_return fail(ErrorCode::internal_error, "The server failed to serve this request.");
}

// A proxy's, where it has given the request one that is fit for logs, else one of our own.
std::string request_id(const RequestHead& head) {
  constexpr std::size_t kLongest = 64;
  const std::string_view given = head.headers.find("X-Request-Id").value_or("");
  const bool is_fit =
      !given.empty() && given.size() <= kLongest && std::ranges::all_of(given, [](unsigned char c) {
        return std::isalnum(c) || c == '-' || c == '_' || c == '.';
      });
  return is_fit ? std::string(given) : random_id();
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::string peer_address,
                       ServerContext& context)
    : context_(context),
      wire_(std::move(socket), context.options.head.bytes),
      peer_address_(std::move(peer_address)) {}

asio::awaitable<void> Connection::run() {
  // Interrupted handlers look at interrupted() and end in order, without exceptions.
  co_await asio::this_coro::throw_if_cancelled(false);
  Next next = Next::request;
  while (next == Next::request) next = co_await serve_one();
  if (next == Next::linger) {
    co_await linger();
  }
}

asio::awaitable<void> Connection::run_refused(Refusal refusal) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const Next next = co_await refuse(std::move(refusal));
  if (next == Next::linger) {
    co_await linger();
  }
}

asio::awaitable<Connection::Next> Connection::serve_one() {
  const std::expected<std::size_t, WireEnd> size = co_await read_head();
  if (!size && !refusal_) co_return Next::close;
  if (refusal_) co_return co_await refuse(std::move(*refusal_));
  std::expected<RequestHead, Refusal> head =
      parse_request_head(wire_.buffered().substr(0, *size), context_.options.head);
  if (!head) co_return co_await refuse(std::move(head.error()));
  wire_.consume(*size);
  co_return co_await run_handler(std::move(*head));
}

// Waits for a whole head in the buffer and returns its size; sets refusal_ if it deserves an
// answer that there is none.
WireResult<std::size_t> Connection::read_head() {
  const ServerOptions& options = context_.options;
  // Empty lines begin nothing: whoever sends them for ever is idle.
  const Wire::Clock::time_point idle_since = Wire::Clock::now();
  std::optional<Wire::Clock::time_point> begun;
  std::size_t seen = 0;
  for (;;) {
    // RFC 9112 section 2.2: empty lines before a request are skipped.
    while (seen == 0 && wire_.buffered().starts_with("\r\n")) wire_.consume(2);
    idle_ = wire_.buffered().empty();
    if (!idle_ && wire_.buffered() != "\r") {
      std::expected<std::size_t, Refusal> end = find_head_end(wire_.buffered(), seen, options.head);
      if (!end) refusal_ = std::move(end.error());
      if (refusal_) co_return std::unexpected(WireEnd::closed);
      if (*end > 0) co_return *end;
      seen = wire_.buffered().size();
    }
    if (idle_ && context_.stopping) co_return std::unexpected(WireEnd::aborted);
    const Wire::Clock::time_point now = Wire::Clock::now();
    if (!idle_ && !begun) begun = now;
    const std::chrono::nanoseconds left =
        (begun ? *begun + options.header_timeout : idle_since + options.keep_alive_timeout) - now;
    const std::expected<std::size_t, WireEnd> received = co_await wire_.fill(left);
    if (received) continue;
    if (received.error() == WireEnd::timed_out && !idle_) {
      refusal_ =
          Refusal{408, HttpCode::request_timeout, "The request head did not arrive in time."};
    }
    co_return received;
  }
}

asio::awaitable<Connection::Next> Connection::run_handler(RequestHead head) {
  idle_ = false;
  interruption_ = {};
  const Wire::Clock::time_point begun = Wire::Clock::now();
  SocketBody body(wire_, head, context_.options, context_.numbers.received_bytes);
  std::string client =
      client_address(peer_address_, head.headers, context_.options.trusted_proxies);
  Request request{.head = std::move(head),
                  .body = body,
                  .peer_address = peer_address_,
                  .client_address = std::move(client)};
  request.id = request_id(request.head);
  SocketResponse response(wire_, request, body, context_, interruption_);
  Result<> result = co_await run_guarded(context_.hooks.handler, request, response);
  if (result && !response.started()) {
    result = fail(ErrorCode::internal_error, "The handler gave no answer.");
  }
  if (!result && !response.started() && !wire_.aborted()) {
    co_await answer_failure(std::move(result.error()), request, body, response);
  }
  interruption_ = {};
  context_.tell({.request = &request,
                 .peer_address = peer_address_,
                 .status = response.status(),
                 .whole = response.finished(),
                 .received_bytes = body.received(),
                 .sent_bytes = response.sent_bytes(),
                 .time = Wire::Clock::now() - begun});
  if (!response.finished()) co_return Next::close;
  if (!response.keeps_alive()) {
    const bool unread = !body.finished() || !wire_.buffered().empty();
    // After the end of another protocol the client has a last word.
    co_return unread || response.has_switched() ? Next::linger : Next::close;
  }
  const bool usable = co_await body.drain();
  co_return usable ? Next::request : Next::close;
}

asio::awaitable<void> Connection::answer_failure(Error error, const Request& request,
                                                 SocketBody& body, SocketResponse& response) {
  Response answer =
      body.failure() ? problem(*body.failure()) : context_.hooks.error_answer(error, request);
  const Result<> sent = co_await response.send(std::move(answer));
  if (!sent)
    log::debug({{"request", request.id}}, "{} {}: {}", name_of(request.method()), request.path(),
               sent.error().message);
}

asio::awaitable<Connection::Next> Connection::refuse(Refusal refusal) {
  idle_ = false;
  Response answer = problem(refusal);
  answer.head.headers.set("Date", http_date(context_.clock.now().ms / 1000));
  answer.head.headers.set("X-Content-Type-Options", "nosniff");
  answer.head.headers.set("Content-Length", std::to_string(answer.body.size()));
  answer.head.headers.set("Connection", "close");
  const std::string head = serialize_head(answer.head);
  Pace pace(context_.options.write_timeout, context_.options.minimum_rate);
  const std::expected<std::size_t, WireEnd> written =
      co_await wire_.write({as_bytes(head), as_bytes(answer.body)}, pace);
  context_.tell({.peer_address = peer_address_,
                 .status = answer.head.status,
                 .whole = written.has_value(),
                 .sent_bytes = std::ssize(answer.body)});
  co_return written ? Next::linger : Next::close;
}

// A socket that is closed with unread bytes makes the kernel send a reset, which can destroy the
// answer before the client has read it. So: no more from us, and what still comes is thrown away.
asio::awaitable<void> Connection::linger() {
  wire_.shutdown_send();
  const Wire::Clock::time_point end = Wire::Clock::now() + context_.options.linger_timeout;
  for (;;) {
    wire_.consume(wire_.buffered().size());
    const std::expected<std::size_t, WireEnd> bytes = co_await wire_.fill(end - Wire::Clock::now());
    if (!bytes || Wire::Clock::now() >= end) co_return;
  }
}

void Connection::tick(Wire::Clock::time_point now) {
  wire_.tick(now);
  if (interruption_.allowed && !interruption_.happened && wire_.peer_gone()) {
    wire_.abort();
    interrupt();
  }
}

void Connection::stop_soon() {
  if (idle_) wire_.abort();
  if (interruption_.allowed && !interruption_.happened) interrupt();
}

void Connection::abort() {
  wire_.abort();
  interrupt();
}

void Connection::interrupt() {
  interruption_.happened = true;
  // A write cut in the middle would spoil the answer; its own time limit ends it.
  if (!wire_.is_writing()) signal_.emit(asio::cancellation_type::terminal);
}

}  // namespace vodmill::net
