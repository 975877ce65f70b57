// Boxes made by hand, and the real segments of tests/golden/bmff, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vodmill::bmff {

inline Bytes golden(const std::string& name) {
  std::ifstream file(VODMILL_SOURCE_DIR "/tests/golden/bmff/" + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(text.empty()) << name;
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

inline Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) append(bytes, part);
  return bytes;
}

inline Bytes box(std::string_view type, const Bytes& payload) {
  Bytes bytes;
  append_be(bytes, static_cast<std::uint32_t>(8 + payload.size()));
  append(bytes, as_bytes(type));
  append(bytes, payload);
  return bytes;
}

inline Bytes words(std::initializer_list<std::uint32_t> values) {
  Bytes bytes;
  for (const std::uint32_t value : values) append_be(bytes, value);
  return bytes;
}

// `bytes` with the first `from` replaced by `to` of the same length; fails the test without one.
inline Bytes replaced(Bytes bytes, std::string_view from, std::string_view to) {
  EXPECT_EQ(from.size(), to.size());
  const std::size_t at = as_text(bytes).find(from);
  EXPECT_NE(at, std::string_view::npos) << from;
  if (at == std::string_view::npos) return bytes;
  for (std::size_t i = 0; i < to.size(); ++i) bytes[at + i] = static_cast<std::byte>(to[i]);
  return bytes;
}

// `bytes` with the 32-bit field `offset` bytes after the first box type `type` set to `value`.
inline Bytes with_field(Bytes bytes, std::string_view type, std::size_t offset,
                        std::uint32_t value) {
  const std::size_t at = as_text(bytes).find(type);
  EXPECT_NE(at, std::string_view::npos) << type;
  if (at == std::string_view::npos) return bytes;
  Bytes field;
  append_be(field, value);
  for (std::size_t i = 0; i < 4; ++i) bytes.at(at + 4 + offset + i) = field[i];
  return bytes;
}

}  // namespace vodmill::bmff
