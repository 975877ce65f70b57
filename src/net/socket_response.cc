#include "net/socket_response.h"

#include <array>
#include <charconv>

#include "net/connection.h"

namespace vodmill::net {
namespace {

std::unexpected<Error> misuse(const char* what) { return fail(ErrorCode::internal_error, what); }

std::unexpected<Error> gone(WireEnd end) {
  switch (end) {
    case WireEnd::closed:
      return fail(ErrorCode::cancelled, "The client closed the connection.");
    case WireEnd::timed_out:
      return fail(ErrorCode::cancelled, "The client did not read the answer in time.");
    case WireEnd::aborted:
    case WireEnd::cancelled:
      break;
  }
  return fail(ErrorCode::cancelled, "The server ended this request.");
}

}  // namespace

SocketResponse::SocketResponse(Wire& wire, const Request& request, SocketBody& body,
                               const ServerContext& context, Interruption& interruption)
    : wire_(wire),
      request_(request),
      body_(body),
      context_(context),
      interruption_(interruption),
      pace_(context.options.write_timeout, context.options.minimum_rate),
      stream_pace_(context.options.write_timeout, 0) {}

Async<> SocketResponse::send(Response response) {
  if (started()) co_return misuse("send: an answer was already started");
  const auto size = static_cast<std::int64_t>(response.body.size());
  begin(std::move(response.head), size);
  const Result<> written = co_await write(as_bytes(response.body));
  if (!written) co_return written;
  co_return co_await finish();
}

Async<> SocketResponse::start(ResponseHead head, std::optional<std::int64_t> length) {
  if (started()) co_return misuse("start: an answer was already started");
  begin(std::move(head), length);
  if (length) co_return Result<>();  // the head leaves together with the first bytes
  pace_ = stream_pace_;
  co_return co_await put({}, 0);
}

Async<> SocketResponse::write(ByteView bytes) {
  if (state_ != State::writing) co_return misuse("write: no answer is under way");
  if (!body_wanted_ || bytes.empty()) co_return Result<>();
  if (chunked_) co_return co_await put_chunk(bytes);
  if (left_) {
    const auto count = static_cast<std::int64_t>(bytes.size());
    if (count > *left_) co_return misuse("write: more bytes than the answer's length");
    *left_ -= count;
  }
  co_return co_await put({bytes}, bytes.size());
}

Async<> SocketResponse::finish() {
  if (state_ != State::writing) co_return misuse("finish: no answer is under way");
  if (body_wanted_ && left_.value_or(0) != 0) {
    co_return misuse("finish: fewer bytes than the answer's length");
  }
  const bool last_chunk = chunked_ && body_wanted_;
  const Result<> written = co_await put({as_bytes(last_chunk ? "0\r\n\r\n" : "")}, 0);
  if (written) state_ = State::finished;
  co_return written;
}

Async<> SocketResponse::send_from(ResponseHead head, std::int64_t length, BodySource& source) {
  const Result<> begun = co_await start(std::move(head), length);
  if (!begun) co_return begun;
  while (body_wanted_ && *left_ > 0) {
    const Result<Bytes> piece = co_await source.next();
    if (!piece) co_return fail(piece.error());
    if (piece->empty()) break;
    const Result<> written = co_await write(*piece);
    if (!written) co_return written;
  }
  co_return co_await finish();
}

Async<Tunnel*> SocketResponse::switch_protocol(Headers headers) {
  if (started()) co_return misuse("switch_protocol: an answer was already started");
  if (request_.head.is_http_1_0 || !body_.finished()) {
    co_return misuse("switch_protocol: not on a request that can");
  }
  state_ = State::writing;
  status_ = 101;
  body_.answer_began();
  pace_ = stream_pace_;
  ResponseHead head{.status = status_, .headers = std::move(headers)};
  if (context_.hooks.decorate) context_.hooks.decorate(request_, head);
  head.headers.set("Connection", "Upgrade");
  head.headers.set("Date", http_date(context_.clock.now().ms / 1000));
  head.headers.set("X-Request-Id", request_.id);
  head_ = serialize_head(head);
  const Result<> written = co_await put({}, 0);
  if (!written) co_return fail(written.error());
  Tunnel* const tunnel = this;
  co_return tunnel;
}

Async<> SocketResponse::receive() {
  constexpr std::chrono::hours kLongest{24};
  const std::expected<std::size_t, WireEnd> received = co_await wire_.fill(kLongest);
  if (received || received.error() == WireEnd::cancelled) co_return Result<>();
  co_return gone(received.error());
}

void SocketResponse::begin(ResponseHead head, std::optional<std::int64_t> length) {
  state_ = State::writing;
  status_ = head.status;
  body_wanted_ = has_body(head.status) && request_.method() != Method::head;
  chunked_ = has_body(head.status) && !length && !request_.head.is_http_1_0;
  const bool delimited = length || chunked_ || !body_wanted_;
  keep_alive_ =
      request_.head.keep_alive && delimited && !context_.stopping && body_.is_worth_draining();
  body_.answer_began();
  left_ = length;

  if (context_.hooks.decorate) context_.hooks.decorate(request_, head);
  head.headers.set("Date", http_date(context_.clock.now().ms / 1000));
  head.headers.set("X-Content-Type-Options", "nosniff");
  head.headers.set("X-Request-Id", request_.id);
  if (chunked_) {
    head.headers.set("Transfer-Encoding", "chunked");
  } else if (length && has_body(head.status)) {
    head.headers.set("Content-Length", std::to_string(*length));
  }
  if (!keep_alive_) {
    head.headers.set("Connection", "close");
  } else if (request_.head.is_http_1_0) {
    head.headers.set("Connection", "keep-alive");
  }
  head_ = serialize_head(head);
}

bool SocketResponse::has_body(int status) const { return status != 204 && status != 304; }

Async<> SocketResponse::put_chunk(ByteView bytes) {
  std::array<char, 20> size{};
  char* end = std::to_chars(size.data(), size.data() + size.size() - 2, bytes.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  const std::string_view line(size.data(), end);
  co_return co_await put({as_bytes(line), bytes, as_bytes("\r\n")}, bytes.size());
}

// Writes, with the head in front while it has not left yet. `body_bytes`: how much of it is body.
Async<> SocketResponse::put(std::array<ByteView, 3> pieces, std::size_t body_bytes) {
  // A chunk's three pieces never meet a waiting head: start() has sent it.
  if (!head_.empty()) pieces = {as_bytes(head_), pieces[0], {}};
  const std::expected<std::size_t, WireEnd> written = co_await wire_.write(pieces, pace_);
  head_.clear();
  if (written) {
    sent_bytes_ += static_cast<std::int64_t>(body_bytes);
    context_.numbers.sent_bytes.add(static_cast<double>(body_bytes));
    co_return Result<>();
  }
  state_ = State::broken;
  co_return gone(written.error());
}

}  // namespace vodmill::net
