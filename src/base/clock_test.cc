#include "base/clock.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/rational.h"

namespace vodmill {
namespace {

TEST(Clock, WritesRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339({1'700'000'000'123}), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(to_rfc3339({-1}), "1969-12-31T23:59:59.999Z");
}

TEST(Rational, RoundsTowardsMinusInfinityAndToNearest) {
  EXPECT_EQ(mul_div_floor(-1, 1, 2), -1);
  EXPECT_EQ(mul_div_floor(7, 3, 2), 10);
  EXPECT_EQ(mul_div_round(1, 1, 2), 1);
  EXPECT_EQ(mul_div_round(-1, 1, 2), 0);
  EXPECT_EQ(mul_div_round(INT64_MAX / 2, 4, 8), (INT64_MAX / 2 + 1) / 2);
}

TEST(Random, IdsAreOpaqueUrlSafeAndDifferent) {
  const std::string id = random_id();
  EXPECT_EQ(id.size(), 26U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz"), std::string::npos);
  EXPECT_NE(id, random_id());
}

}  // namespace
}  // namespace vodmill
