#include "net/websocket_frames.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

using Kind = ClientFrame::Kind;

// As a client masks it.
std::string masked(unsigned first, std::string_view payload) {
  constexpr std::string_view kKey = "\x37\xfa\x21\x3d";
  std::string frame{static_cast<char>(first), static_cast<char>(0x80 | payload.size())};
  frame += kKey;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ kKey[i % kKey.size()]);
  }
  return frame;
}

CloseCode refusal_of(std::string_view bytes) {
  const auto frame = parse_frame(bytes);
  EXPECT_FALSE(frame);
  return frame ? CloseCode::normal : frame.error();
}

TEST(WebSocketFrames, AreUnmaskedWhole) {
  const std::string bytes = masked(0x89, "Hello");
  const auto frame = parse_frame(bytes + "more");
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->kind, Kind::ping);
  EXPECT_EQ((*frame)->payload, "Hello");
  EXPECT_EQ((*frame)->bytes, bytes.size());
  EXPECT_EQ((*parse_frame(masked(0x8a, "")))->kind, Kind::pong);
}

TEST(WebSocketFrames, AreWaitedForUntilTheyAreWhole) {
  const std::string bytes = masked(0x89, std::string(125, 'x'));
  EXPECT_EQ(bytes.size(), kLongestFrame);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto frame = parse_frame(std::string_view(bytes).substr(0, size));
    EXPECT_TRUE(frame && !*frame) << size;
  }
  EXPECT_TRUE(*parse_frame(bytes));
}

TEST(WebSocketFrames, RefuseAMessageAtItsFirstByte) {
  for (const unsigned first : {0x81U, 0x82U, 0x80U, 0x01U}) {
    EXPECT_EQ(refusal_of(std::string(1, static_cast<char>(first))), CloseCode::unsupported_data);
  }
}

TEST(WebSocketFrames, RefuseWhatBreaksTheProtocol) {
  EXPECT_EQ(refusal_of("\x89\x05Hello"), CloseCode::protocol_error) << "no mask";
  EXPECT_EQ(refusal_of(masked(0x09, "a")), CloseCode::protocol_error) << "in pieces";
  EXPECT_EQ(refusal_of("\x89\xfe"), CloseCode::protocol_error) << "126 bytes or more";
  EXPECT_EQ(refusal_of(masked(0x83, "a")), CloseCode::protocol_error) << "opcode";
  EXPECT_EQ(refusal_of(masked(0xc9, "a")), CloseCode::protocol_error) << "reserved bit";
  EXPECT_EQ(refusal_of(masked(0x88, "a")), CloseCode::protocol_error) << "half a code";
  EXPECT_EQ(refusal_of(masked(0x88, "\x03\xed")), CloseCode::protocol_error) << "1005";
  EXPECT_EQ(refusal_of(masked(0x88, std::string_view("\x00\x01", 2))), CloseCode::protocol_error);
}

TEST(WebSocketFrames, TellWhatACloseIsAnsweredWith) {
  EXPECT_EQ((*parse_frame(masked(0x88, "")))->code, 1000);
  EXPECT_EQ((*parse_frame(masked(0x88, "\x03\xe9 bye")))->code, 1001);
  EXPECT_EQ((*parse_frame(masked(0x88, "\x0f\xa0")))->code, 4000);
}

TEST(WebSocketFrames, AreWrittenWithTheShortestLength) {
  EXPECT_EQ(text_frame("Hello"), "\x81\x05Hello");
  EXPECT_EQ(text_frame(std::string(125, 'x')).substr(0, 2), "\x81\x7d");
  EXPECT_EQ(text_frame(std::string(126, 'x')).substr(0, 4),
            std::string_view("\x81\x7e\x00\x7e", 4));
  EXPECT_EQ(text_frame(std::string(65536, 'x')).substr(0, 10),
            std::string_view("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  EXPECT_EQ(close_frame(1001, "bye"),
            "\x88\x05\x03\xe9"
            "bye");
  EXPECT_EQ(close_frame(1001, std::string(200, 'x')).size(), 2U + 125U);
  EXPECT_EQ(pong_frame("a"),
            "\x8a\x01"
            "a");
}

TEST(WebSocketFrames, AcceptTheKeyOfTheRfc) {
  EXPECT_EQ(accept_of("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace vodmill::net
