#include "net/wire.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

namespace vodmill::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// The buffers without their first `bytes` bytes.
void advance(std::array<asio::const_buffer, 3>& buffers, std::size_t bytes) {
  for (asio::const_buffer& buffer : buffers) {
    const std::size_t taken = std::min(bytes, buffer.size());
    buffer += taken;
    bytes -= taken;
  }
}

}  // namespace

Wire::Wire(asio::ip::tcp::socket socket, std::size_t buffer_bytes)
    : socket_(std::move(socket)), buffer_(buffer_bytes) {}

std::string_view Wire::buffered() const {
  return as_text(std::span(buffer_).subspan(begin_, end_ - begin_));
}

void Wire::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

std::span<std::byte> Wire::room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return std::span(buffer_).subspan(end_);
}

WireResult<std::size_t> Wire::fill(std::chrono::nanoseconds timeout) {
  const std::expected<std::size_t, WireEnd> received = co_await receive(room(), timeout);
  if (received) end_ += *received;
  co_return received;
}

WireResult<std::size_t> Wire::fill(Pace& pace) {
  const std::expected<std::size_t, WireEnd> received = co_await read_some(room(), pace);
  if (received) end_ += *received;
  co_return received;
}

WireResult<std::size_t> Wire::read_some(std::span<std::byte> into, Pace& pace) {
  const std::chrono::nanoseconds allowance = pace.allowance();
  if (allowance <= std::chrono::nanoseconds(0)) co_return std::unexpected(WireEnd::timed_out);
  const Clock::time_point begun = Clock::now();
  const std::expected<std::size_t, WireEnd> received = co_await receive(into, allowance);
  pace.note(received.value_or(0), Clock::now() - begun);
  co_return received;
}

WireResult<std::size_t> Wire::receive(std::span<std::byte> into, std::chrono::nanoseconds timeout) {
  if (aborted_) co_return std::unexpected(WireEnd::aborted);
  if (timeout <= std::chrono::nanoseconds(0)) co_return std::unexpected(WireEnd::timed_out);
  timed_out_ = false;
  deadline_ = Clock::now() + timeout;
  const auto [error, bytes] =
      co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), kAwait);
  deadline_.reset();
  if (error) co_return why_ended(error);
  co_return bytes;
}

WireResult<std::size_t> Wire::write(std::array<ByteView, 3> pieces, Pace& pace) {
  std::array<asio::const_buffer, 3> buffers;
  std::ranges::transform(pieces, buffers.begin(), [](ByteView piece) {
    return asio::const_buffer(piece.data(), piece.size());
  });
  const std::size_t total = asio::buffer_size(buffers);
  std::size_t written = 0;
  while (written < total) {
    const std::chrono::nanoseconds allowance = pace.allowance();
    if (aborted_) co_return std::unexpected(WireEnd::aborted);
    if (allowance <= std::chrono::nanoseconds(0)) co_return std::unexpected(WireEnd::timed_out);
    const Clock::time_point begun = Clock::now();
    timed_out_ = false;
    deadline_ = begun + allowance;
    writing_ = true;
    const auto [error, bytes] = co_await socket_.async_write_some(buffers, kAwait);
    writing_ = false;
    deadline_.reset();
    if (error) co_return why_ended(error);
    pace.note(bytes, Clock::now() - begun);
    written += bytes;
    advance(buffers, bytes);
  }
  co_return written;
}

std::unexpected<WireEnd> Wire::why_ended(const boost::system::error_code& error) const {
  if (aborted_) return std::unexpected(WireEnd::aborted);
  if (timed_out_) return std::unexpected(WireEnd::timed_out);
  const bool is_cancelled = error == asio::error::operation_aborted;
  return std::unexpected(is_cancelled ? WireEnd::cancelled : WireEnd::closed);
}

void Wire::shutdown_send() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Wire::abort() {
  aborted_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Wire::tick(Clock::time_point now) {
  if (!deadline_ || now < *deadline_) return;
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

bool Wire::peer_gone() {
  pollfd state{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, 0) > 0;
}

}  // namespace vodmill::net
