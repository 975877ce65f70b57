// Frames of the WebSocket protocol (RFC 6455 section 5) between a client and a server that sends
// texts and takes none. Pure.
// Fuzzed by: fuzz/websocket_fuzz.cc
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace vodmill::net {

// Why a socket is closed (RFC 6455 section 7.4.1).
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,  // the server stops
  protocol_error = 1002,
  unsupported_data = 1003,  // the client has sent a message
  internal_error = 1011,
};

struct ClientFrame {
  enum class Kind { ping, pong, close };

  Kind kind = Kind::ping;
  std::string payload;        // of a ping, at most 125 bytes
  std::size_t bytes = 0;      // of the whole frame
  std::uint16_t code = 1000;  // of a close: what to answer it with
};

// The frame at the front of `received`; nullopt while it is not whole. No frame is longer than
// kLongestFrame. What may not be sent here is the code to close with: a message is
// unsupported_data as soon as its first byte is there, however long it is going to be; a frame
// without a mask, with an unknown opcode or a reserved bit, or a control frame in pieces or of more
// than 125 bytes is a protocol_error.
std::expected<std::optional<ClientFrame>, CloseCode> parse_frame(std::string_view received);

inline constexpr std::size_t kLongestFrame = 2 + 4 + 125;

// Unmasked, as a server's must be. The reason is cut to the 123 bytes that fit.
std::string text_frame(std::string_view text);
std::string ping_frame();
std::string pong_frame(std::string_view payload);
std::string close_frame(std::uint16_t code, std::string_view reason);

// What stands in Sec-WebSocket-Accept for a client's Sec-WebSocket-Key (RFC 6455 section 4.2.2).
std::string accept_of(std::string_view key);

}  // namespace vodmill::net
