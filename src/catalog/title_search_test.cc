#include "catalog/title_search.h"

#include <gtest/gtest.h>

namespace vodmill::catalog {
namespace {

bool finds(std::string_view text, const std::string& metadata) {
  return TitleSearch(text).finds(metadata);
}

TEST(TitleSearch, FindsATextInWhatAVideoIsCalled) {
  EXPECT_TRUE(finds("sea", R"({"title":"At the seaside"})"));
  EXPECT_TRUE(finds("sea", R"({"name":"sea"})"));
  EXPECT_TRUE(finds("sea.m", R"({"title":"Mountain","filename":"sea.mov"})"));
  EXPECT_FALSE(finds("sea", R"({"title":"Mountain","album":"sea","sea":"title"})"));
  EXPECT_FALSE(finds("title", R"({"title":"Mountain"})"));
  EXPECT_FALSE(finds("3", R"({"title":3})"));
  EXPECT_FALSE(finds("sea", "{}"));
}

TEST(TitleSearch, TakesUpperAndLowerCaseAlike) {
  EXPECT_TRUE(finds("SEA", R"({"title":"sea"})"));
  EXPECT_TRUE(finds("\u00fcbung", R"({"title":"\u00dcBUNG 1"})"));
  EXPECT_TRUE(finds("\u041c\u041e\u0420\u0415", R"({"title":"\u043c\u043e\u0440\u0435"})"));
  EXPECT_FALSE(finds("ubung", R"({"title":"\u00dcbung"})"));
}

TEST(TitleSearch, IsNoPattern) {
  EXPECT_FALSE(finds("s%a", R"({"title":"sea"})"));
  EXPECT_FALSE(finds("s_a", R"({"title":"sea"})"));
  EXPECT_TRUE(finds("100%", R"({"title":"100% sea"})"));
}

TEST(TitleSearch, OfBytesThatAreNoTextFindsNothing) {
  for (const char* bytes : {"\xff", "\xc3", "s\xe2\x82", "\x80"}) {
    EXPECT_FALSE(finds(bytes, R"({"title":"s\u00e9\u20ac"})")) << bytes;
  }
}

}  // namespace
}  // namespace vodmill::catalog
