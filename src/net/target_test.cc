#include "net/target.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

TEST(Target, SplitsPathAndQueryBeforeDecoding) {
  const Result<Target> target = parse_target("/v1/a%20b/?status=a%26b&q=x+y&flag&status=2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/a b/");
  EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "a b", ""}));
  EXPECT_EQ(target->parameter("status"), "a&b");
  EXPECT_EQ(target->parameter("q"), "x y");
  EXPECT_EQ(target->parameter("flag"), "");
  EXPECT_EQ(target->parameter("absent"), std::nullopt);
}

TEST(Target, TakesTheAbsoluteFormAndTheStar) {
  EXPECT_EQ(parse_target("http://host:1/a?b=1")->path, "/a");
  EXPECT_EQ(parse_target("http://host")->path, "/");
  EXPECT_FALSE(parse_target("http://host?x=/"));
  EXPECT_EQ(parse_target("*")->path, "*");
}

TEST(Target, RefusesWhatCouldLeaveAFolder) {
  for (const char* text :
       {"", "a", "/..", "/a/../b", "/%2e%2E/b", "/a/%2e", "/./a", "/a%2fb", "/a%5cb", "/a%00",
        "/a%0a", "/a%", "/a%4", "/a%g0", "/a#b", "/a?b=%", "/a?b=%00"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

TEST(Target, EncodingIsDecodedBack) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(*percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a b/~"), "a%20b%2F~");
}

}  // namespace
}  // namespace vodmill::net
