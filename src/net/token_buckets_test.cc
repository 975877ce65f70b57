#include "net/token_buckets.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TokenBuckets::Time kBegin{std::chrono::hours(1)};
constexpr TokenBuckets::Duration kNow{0};

// How many of `tries` at one moment get a token.
int taken(TokenBuckets& buckets, std::string_view key, TokenBuckets::Time now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += buckets.take(key, now) == kNow ? 1 : 0;
  return count;
}

TEST(TokenBuckets, GiveABurstAndThenTheirRate) {
  TokenBuckets buckets({.per_second = 10, .burst = 5});
  EXPECT_EQ(taken(buckets, "a", kBegin, 20), 5);
  EXPECT_EQ(taken(buckets, "a", kBegin + milliseconds(99), 20), 0);
  EXPECT_EQ(taken(buckets, "a", kBegin + milliseconds(300), 20), 3);
  EXPECT_EQ(taken(buckets, "a", kBegin + seconds(60), 20), 5);
}

TEST(TokenBuckets, TellHowLongToWait) {
  TokenBuckets buckets({.per_second = 2, .burst = 1});
  EXPECT_EQ(buckets.take("a", kBegin), kNow);
  EXPECT_EQ(buckets.take("a", kBegin), milliseconds(500));
  EXPECT_EQ(buckets.take("a", kBegin + milliseconds(200)), milliseconds(300));
  EXPECT_EQ(buckets.take("a", kBegin + milliseconds(500)), kNow);
}

TEST(TokenBuckets, DoNotPunishTrying) {
  TokenBuckets buckets({.per_second = 1, .burst = 1});
  EXPECT_EQ(taken(buckets, "a", kBegin, 1000), 1);
  EXPECT_EQ(buckets.take("a", kBegin + seconds(1)), kNow);
}

TEST(TokenBuckets, AreEachKeysOwn) {
  TokenBuckets buckets({.per_second = 1, .burst = 2});
  EXPECT_EQ(taken(buckets, "a", kBegin, 9), 2);
  EXPECT_EQ(taken(buckets, "b", kBegin, 9), 2);
}

TEST(TokenBuckets, RefuseNothingWithoutARate) {
  TokenBuckets buckets({.per_second = 0});
  EXPECT_EQ(taken(buckets, "a", kBegin, 1000), 1000);
  EXPECT_EQ(buckets.size(), 0U);
}

TEST(TokenBuckets, RememberSoManyKeysAndNoMore) {
  TokenBuckets buckets({.per_second = 1, .burst = 1, .keys = 100});
  for (int i = 0; i < 10'000; ++i) {
    buckets.take(std::to_string(i), kBegin);
    ASSERT_LE(buckets.size(), 100U);
  }
  EXPECT_EQ(taken(buckets, "9999", kBegin, 1), 0) << "the newest are remembered";
  EXPECT_EQ(taken(buckets, "0", kBegin, 1), 1) << "the oldest are forgotten";
}

TEST(TokenBuckets, RememberWhoComesAgainHoweverManyOthersCome) {
  TokenBuckets buckets({.per_second = 1, .burst = 1, .keys = 100});
  EXPECT_EQ(taken(buckets, "a", kBegin, 1), 1);
  for (int i = 0; i < 10'000; ++i) {
    buckets.take(std::to_string(i), kBegin);
    ASSERT_EQ(taken(buckets, "a", kBegin, 1), 0);
  }
}

}  // namespace
}  // namespace vodmill::net
