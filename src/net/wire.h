// One accepted socket with its read buffer and its deadline. Internal to net/.
//
// Every wait has a time limit. No timer belongs to it: the server calls tick() for all wires a few
// times a second. All functions run on the server's executor.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "core/async.h"
#include "net/pace.h"

namespace vodmill::net {

enum class WireEnd {
  closed,
  timed_out,
  aborted,    // by abort(), for good
  cancelled,  // the wait alone, by whoever waited
};

template <class T>
using WireResult = asio::awaitable<std::expected<T, WireEnd>>;

class Wire {
 public:
  using Clock = std::chrono::steady_clock;

  Wire(asio::ip::tcp::socket socket, std::size_t buffer_bytes);

  // What was received and not yet consumed.
  std::string_view buffered() const;
  void consume(std::size_t bytes);

  // Appends to the buffer what arrives. REQUIRES: the buffer is not full.
  WireResult<std::size_t> fill(std::chrono::nanoseconds timeout);
  WireResult<std::size_t> fill(Pace& pace);
  // Reads past the buffer, straight into `into`. REQUIRES: nothing is buffered.
  WireResult<std::size_t> read_some(std::span<std::byte> into, Pace& pace);

  // Writes all of the pieces. After an error no more can be written.
  WireResult<std::size_t> write(std::array<ByteView, 3> pieces, Pace& pace);
  bool is_writing() const { return writing_; }

  // Tells the peer that no more will come; what it sends can still be read.
  void shutdown_send();
  // Every wait ends now, and every later one at once.
  void abort();
  bool aborted() const { return aborted_; }

  // Ends the current wait if its time is over.
  void tick(Clock::time_point now);
  // Whether the peer has closed its side or the connection has failed; looks past unread bytes.
  bool peer_gone();

 private:
  WireResult<std::size_t> receive(std::span<std::byte> into, std::chrono::nanoseconds timeout);
  std::span<std::byte> room();
  std::unexpected<WireEnd> why_ended(const boost::system::error_code& error) const;

  asio::ip::tcp::socket socket_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<Clock::time_point> deadline_;  // of the wait under way
  bool timed_out_ = false;
  bool aborted_ = false;
  bool writing_ = false;
};

}  // namespace vodmill::net
