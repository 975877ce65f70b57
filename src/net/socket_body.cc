#include "net/socket_body.h"

#include <algorithm>
#include <cstring>

namespace vodmill::net {

SocketBody::SocketBody(Wire& wire, const RequestHead& head, const ServerOptions& options,
                       metrics::Counter& counter)
    : wire_(wire),
      options_(options),
      chunked_(head.chunked),
      length_(head.content_length),
      left_(head.content_length),
      counter_(counter),
      pace_(options.body_timeout, options.minimum_rate),
      continue_due_(head.expects_continue) {}

std::optional<std::int64_t> SocketBody::declared_length() const {
  if (chunked_) return std::nullopt;
  return length_;
}

Async<std::size_t> SocketBody::read(std::span<std::byte> into) {
  if (continue_due_) {
    co_await send_continue();
  }
  if (chunked_) {
    co_await reach_data();
  }
  if (failure_ || aborted_) co_return error();
  if (finished()) co_return 0;
  const std::size_t wanted = std::min(into.size(), static_cast<std::size_t>(data_left()));
  const std::string_view buffered = wire_.buffered();
  if (!buffered.empty()) {
    const std::size_t bytes = std::min(wanted, buffered.size());
    std::memcpy(into.data(), buffered.data(), bytes);
    wire_.consume(bytes);
    took(bytes);
    co_return bytes;
  }
  const std::expected<std::size_t, WireEnd> received =
      co_await wire_.read_some(into.first(wanted), pace_);
  if (!received) {
    fail_with(received.error());
    co_return error();
  }
  took(*received);
  co_return *received;
}

bool SocketBody::is_worth_draining() const {
  if (finished()) return true;
  return !chunked_ && !continue_due_ && !failure_ && !aborted_ && left_ <= options_.drain_bytes;
}

asio::awaitable<bool> SocketBody::drain() {
  std::array<std::byte, 16 * 1024> discarded;
  while (!finished()) {
    const Result<std::size_t> bytes = co_await read(discarded);
    if (!bytes) co_return false;
  }
  co_return true;
}

asio::awaitable<void> SocketBody::send_continue() {
  continue_due_ = false;
  if (!wire_.buffered().empty()) co_return;  // the client has not waited
  const ByteView text = as_bytes("HTTP/1.1 100 Continue\r\n\r\n");
  Pace pace(options_.write_timeout, 0);
  const std::expected<std::size_t, WireEnd> written = co_await wire_.write({text}, pace);
  if (!written) fail_with(written.error());
}

// Reads chunk framing until data comes next or the body ends.
asio::awaitable<void> SocketBody::reach_data() {
  while (!failure_ && !aborted_ && !decoder_.done() && decoder_.data_left() == 0) {
    if (wire_.buffered().empty()) {
      const std::expected<std::size_t, WireEnd> received = co_await wire_.fill(pace_);
      if (!received) {
        fail_with(received.error());
        co_return;
      }
    }
    Result<std::size_t> used = decoder_.consume_framing(wire_.buffered());
    if (!used) {
      failure_ = Refusal{400, ErrorCode::invalid_request, std::move(used.error().message)};
      co_return;
    }
    wire_.consume(*used);
  }
}

void SocketBody::took(std::size_t bytes) {
  const auto count = static_cast<std::int64_t>(bytes);
  received_ += count;
  counter_.add(static_cast<double>(count));
  if (chunked_) {
    decoder_.take_data(count);
  } else {
    left_ -= count;
  }
}

void SocketBody::fail_with(WireEnd end) {
  aborted_ = end == WireEnd::aborted;
  if (aborted_) return;
  const std::string progress =
      std::to_string(received_) +
      (chunked_ ? " bytes of the body" : " of " + std::to_string(length_) + " body bytes");
  if (end == WireEnd::timed_out) {
    failure_ = Refusal{408, HttpCode::request_timeout,
                       "The body came too slowly: " + progress + " arrived. Send it again."};
  } else {
    failure_ = Refusal{400, HttpCode::incomplete_body,
                       "The connection ended after " + progress + ". Send the request again."};
  }
}

std::unexpected<Error> SocketBody::error() const {
  if (aborted_) return fail(ErrorCode::cancelled, "The server ended this request.");
  return fail(ErrorCode::invalid_request, failure_->detail);
}

}  // namespace vodmill::net
