#include "net/characters.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

TEST(Characters, OfATokenAreTheVisibleOnesWithoutTheDelimiters) {
  constexpr std::string_view kDelimiters = "\"(),/:;<=>?@[\\]{}";
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    EXPECT_EQ(is_token_character(c), i > ' ' && i < 0x7f && !kDelimiters.contains(c)) << i;
  }
  EXPECT_TRUE(is_token("Content-Type"));
  EXPECT_FALSE(is_token("Content Type"));
  EXPECT_FALSE(is_token(""));
}

TEST(Characters, AreHexadecimalDigitsInEitherCase) {
  EXPECT_EQ(hex_digit('0'), 0);
  EXPECT_EQ(hex_digit('a'), 10);
  EXPECT_EQ(hex_digit('F'), 15);
  EXPECT_EQ(hex_digit('g'), -1);
  EXPECT_EQ(hex_digit('\xff'), -1);
}

}  // namespace
}  // namespace vodmill::net
