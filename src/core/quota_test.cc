#include "core/quota.h"

#include <gtest/gtest.h>

#include <limits>

namespace vodmill {
namespace {

bool allows(const Quota& quota, const OwnerUsage& usage, std::int64_t bytes) {
  const Result<> checked = check_quota(quota, usage, bytes);
  if (!checked) EXPECT_EQ(checked.error().code, ErrorCode::quota_exceeded);
  return checked.has_value();
}

TEST(Quota, LimitsNothingByDefault) {
  EXPECT_FALSE(Quota().is_limited());
  EXPECT_TRUE(allows({}, {1'000'000, 1'000'000}, 1'000'000));
}

TEST(Quota, CountsTheVideoThatIsAdded) {
  const Quota two{.unfinished_videos = 2, .bytes = {}};
  EXPECT_TRUE(allows(two, {1, 0}, 5));
  EXPECT_FALSE(allows(two, {2, 0}, 5));
  EXPECT_FALSE(allows({.unfinished_videos = 0, .bytes = {}}, {0, 0}, 0));
}

TEST(Quota, CountsItsBytes) {
  const Quota ten{.unfinished_videos = {}, .bytes = 10};
  EXPECT_TRUE(allows(ten, {0, 4}, 6));
  EXPECT_FALSE(allows(ten, {0, 4}, 7));
  EXPECT_TRUE(allows(ten, {0, 10}, 0));
  EXPECT_FALSE(allows(ten, {0, 11}, 0)) << "as after the quota was lowered";
}

TEST(Quota, KnowsWhatIsLargerThanAllOfIt) {
  const Quota ten{.unfinished_videos = 1, .bytes = 10};
  for (const std::int64_t bytes : {std::int64_t{11}, std::numeric_limits<std::int64_t>::max()}) {
    const Result<> checked = check_quota(ten, {1, 10}, bytes);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::size_exceeds_limit) << "no waiting helps";
  }
}

TEST(Quota, OfARetryIsOfUnfinishedVideosAlone) {
  const Quota both{.unfinished_videos = 2, .bytes = 10};
  EXPECT_TRUE(check_retry(both, {1, 11}));
  const Result<> refused = check_retry(both, {2, 0});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::quota_exceeded);
  EXPECT_TRUE(check_retry({}, {1'000'000, 0}));
}

}  // namespace
}  // namespace vodmill
