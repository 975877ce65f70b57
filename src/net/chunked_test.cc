#include "net/chunked.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace vodmill::net {
namespace {

struct Decoded {
  std::string data;
  std::string rest;  // after the body
};

// Decodes text that arrives in pieces of `piece` bytes; nullopt when it is malformed or incomplete.
std::optional<Decoded> decode(std::string_view text, std::size_t piece) {
  ChunkedDecoder decoder;
  Decoded decoded;
  while (!text.empty() && !decoder.done()) {
    std::string_view input = text.substr(0, piece);
    const Result<std::size_t> used = decoder.consume_framing(input);
    if (!used) return std::nullopt;
    input.remove_prefix(*used);
    const std::size_t data = std::min(input.size(), static_cast<std::size_t>(decoder.data_left()));
    decoded.data += input.substr(0, data);
    if (data > 0) decoder.take_data(static_cast<std::int64_t>(data));
    text.remove_prefix(*used + data);
  }
  decoded.rest = text;
  if (!decoder.done()) return std::nullopt;
  return decoded;
}

TEST(Chunked, IsDecodedHoweverItsBytesArrive) {
  const std::string body =
      "5\r\nhello\r\n00A;name=\"v\"\r\n, world!!!\r\n0\r\nTrailer: x\r\n\r\nGET";
  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    const std::optional<Decoded> decoded = decode(body, piece);
    ASSERT_TRUE(decoded) << piece;
    EXPECT_EQ(decoded->data, "hello, world!!!");
    EXPECT_EQ(decoded->rest, "GET");
  }
}

TEST(Chunked, RefusesEveryLaxFraming) {
  for (const char* body :
       {"5\nhello\r\n0\r\n\r\n", "\r\nhello", "x\r\n", "-1\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloo\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "1000000000000000\r\nx", "5;a\nb\r\nhello",
        "0\r\nA: b\n\r\n", "0\r\n\rX"}) {
    EXPECT_FALSE(decode(body, 1000)) << body;
  }
}

TEST(Chunked, BoundsWhatItIgnores) {
  EXPECT_FALSE(decode("5;" + std::string(10'000, 'a') + "\r\nhello\r\n0\r\n\r\n", 100'000));
  EXPECT_FALSE(decode("0\r\nA: " + std::string(10'000, 'a') + "\r\n\r\n", 100'000));
}

}  // namespace
}  // namespace vodmill::net
