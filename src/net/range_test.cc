#include "net/range.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

void expect_part(std::string_view header, std::int64_t size, std::string_view content_range) {
  const RangeDecision decision = decide_range(header, size);
  EXPECT_EQ(decision.status, 206) << header;
  EXPECT_EQ(decision.content_range(size), content_range) << header;
}

TEST(Range, GivesThePartAskedFor) {
  expect_part("bytes=0-0", 100, "bytes 0-0/100");
  expect_part("bytes=10-19", 100, "bytes 10-19/100");
  expect_part("bytes=90-", 100, "bytes 90-99/100");
  expect_part("bytes=-10", 100, "bytes 90-99/100");
  expect_part("bytes=-1000", 100, "bytes 0-99/100");
  expect_part("Bytes= 50-500 ", 100, "bytes 50-99/100");
  expect_part("bytes=1-99999999999999999999", 100, "bytes 1-99/100");
}

TEST(Range, RefusesRangesPastTheEnd) {
  for (const char* header :
       {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"}) {
    const RangeDecision decision = decide_range(header, 100);
    EXPECT_EQ(decision.status, 416) << header;
    EXPECT_EQ(decision.content_range(100), "bytes */100");
  }
  EXPECT_EQ(decide_range("bytes=0-", 0).status, 416);
}

TEST(Range, TreatsSeveralRangesAndNonsenseAsTheWhole) {
  for (const char* header : {"bytes=0-1,5-6", "bytes=5-1", "bytes=", "bytes=-", "bytes=a-b",
                             "bytes=1-2-3", "items=0-1", "bytes", "bytes=1", "bytes=+1-2"}) {
    const RangeDecision decision = decide_range(header, 100);
    EXPECT_EQ(decision.status, 200) << header;
    EXPECT_EQ(decision.length, 100) << header;
  }
  EXPECT_EQ(decide_range(std::nullopt, 100).length, 100);
}

TEST(Range, CountsOnlyForTheRepresentationThatIfRangeNames) {
  Headers headers{{"range", "bytes=0-1"}, {"If-Range", "\"a\""}};
  EXPECT_EQ(decide_range(headers, "\"a\"", 100).status, 206);
  EXPECT_EQ(decide_range(headers, "\"b\"", 100).status, 200);
}

TEST(ETag, IsFoundInAListComparedWeakly) {
  EXPECT_TRUE(matches_none_match("\"a\"", "\"a\""));
  EXPECT_TRUE(matches_none_match("\"x\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(matches_none_match(" * ", "\"a\""));
  EXPECT_FALSE(matches_none_match("\"b\"", "\"a\""));
  EXPECT_FALSE(matches_none_match(std::nullopt, "\"a\""));
}

}  // namespace
}  // namespace vodmill::net
