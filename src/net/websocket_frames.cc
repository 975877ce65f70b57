#include "net/websocket_frames.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace vodmill::net {
namespace {

constexpr std::size_t kLongestControl = 125;
constexpr std::size_t kMask = 4;
constexpr unsigned kFinal = 0x80;
constexpr unsigned kMasked = 0x80;

enum Opcode : unsigned { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

std::uint16_t code_of(std::string_view payload) {
  const auto byte = [payload](std::size_t i) { return static_cast<unsigned char>(payload[i]); };
  return static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
}

// Codes that may stand in a frame (RFC 6455 section 7.4).
bool may_be_sent(std::uint16_t code) {
  const bool reserved = code == 1004 || code == 1005 || code == 1006;
  return (code >= 1000 && code <= 1014 && !reserved) || (code >= 3000 && code <= 4999);
}

std::expected<ClientFrame, CloseCode> close_from(std::string payload, std::size_t bytes) {
  ClientFrame frame{.kind = ClientFrame::Kind::close, .payload = {}, .bytes = bytes};
  if (payload.empty()) return frame;
  if (payload.size() == 1 || !may_be_sent(code_of(payload))) {
    return std::unexpected(CloseCode::protocol_error);
  }
  frame.code = code_of(payload);
  return frame;
}

std::string frame_of(Opcode opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(kFinal | opcode));
  const auto append = [&](int bytes) {
    for (int i = bytes - 1; i >= 0; --i) frame += static_cast<char>(payload.size() >> (8 * i));
  };
  if (payload.size() <= kLongestControl) {
    append(1);
  } else if (payload.size() <= 0xffff) {
    frame += static_cast<char>(126);
    append(2);
  } else {
    frame += static_cast<char>(127);
    append(8);
  }
  return frame.append(payload);
}

}  // namespace

std::expected<std::optional<ClientFrame>, CloseCode> parse_frame(std::string_view received) {
  if (received.empty()) return std::nullopt;
  const auto byte = [received](std::size_t i) { return static_cast<unsigned char>(received[i]); };
  const unsigned opcode = byte(0) & 0x0fU;
  const bool has_reserved_bits = (byte(0) & 0x70U) != 0;
  if (has_reserved_bits ||
      (opcode > kBinary && opcode != kClose && opcode != kPing && opcode != kPong)) {
    return std::unexpected(CloseCode::protocol_error);
  }
  if (opcode <= kBinary) return std::unexpected(CloseCode::unsupported_data);
  if ((byte(0) & kFinal) == 0) return std::unexpected(CloseCode::protocol_error);
  if (received.size() < 2) return std::nullopt;
  const std::size_t length = byte(1) & 0x7fU;
  if ((byte(1) & kMasked) == 0 || length > kLongestControl) {
    return std::unexpected(CloseCode::protocol_error);
  }
  const std::size_t whole = 2 + kMask + length;
  if (received.size() < whole) return std::nullopt;
  std::string payload(received.substr(2 + kMask, length));
  for (std::size_t i = 0; i < length; ++i) {
    payload[i] = static_cast<char>(static_cast<unsigned char>(payload[i]) ^ byte(2 + i % kMask));
  }
  if (opcode == kClose) return close_from(std::move(payload), whole);
  const auto kind = opcode == kPing ? ClientFrame::Kind::ping : ClientFrame::Kind::pong;
  return ClientFrame{.kind = kind, .payload = std::move(payload), .bytes = whole};
}

std::string text_frame(std::string_view text) { return frame_of(kText, text); }

std::string ping_frame() { return frame_of(kPing, ""); }

std::string pong_frame(std::string_view payload) { return frame_of(kPong, payload); }

std::string close_frame(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  payload += reason.substr(0, kLongestControl - payload.size());
  return frame_of(kClose, payload);
}

std::string accept_of(std::string_view key) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr);
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> base64{};
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
  return {base64.begin(), base64.begin() + size};
}

}  // namespace vodmill::net
