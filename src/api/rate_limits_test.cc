#include "api/rate_limits.h"

#include <gtest/gtest.h>

namespace vodmill::api {
namespace {

constexpr RateLimits::Time kBegin{std::chrono::hours(1)};

class NoBody final : public net::BodyStream {
 public:
  std::optional<std::int64_t> declared_length() const override { return 0; }
  Async<std::size_t> read(std::span<std::byte>) override { co_return 0; }
};

class RateLimitsTest : public testing::Test {
 protected:
  std::optional<net::Refusal> ask(Toll toll, std::string client, RateLimits::Time now = kBegin) {
    net::Request request{
        .head = {}, .body = body_, .peer_address = "127.0.0.1", .client_address = client};
    return limits_.refuse(toll, request, now);
  }
  // How many of a thousand at once may pass.
  int passed(Toll toll, const std::string& client) {
    int count = 0;
    for (int i = 0; i < 1000; ++i) count += ask(toll, client) ? 0 : 1;
    return count;
  }

  NoBody body_;
  RateLimits limits_{Rates{.calls = 10, .creations = 2}};
};

TEST_F(RateLimitsTest, CreationsAndOtherCallsAreCountedApart) {
  EXPECT_EQ(passed(Toll::creation, "192.0.2.1"), 8);
  EXPECT_EQ(passed(Toll::call, "192.0.2.1"), 40);
  EXPECT_EQ(passed(Toll::none, "192.0.2.1"), 1000);
}

TEST_F(RateLimitsTest, ClientsAreCountedApart) {
  EXPECT_EQ(passed(Toll::call, "192.0.2.1"), 40);
  EXPECT_EQ(passed(Toll::call, "192.0.2.2"), 40);
  EXPECT_EQ(passed(Toll::call, "2001:db8::1"), 40);
  EXPECT_EQ(passed(Toll::call, "2001:db8::2"), 0);
}

TEST_F(RateLimitsTest, ARefusalSaysWhenToComeBack) {
  passed(Toll::creation, "192.0.2.1");
  const std::optional<net::Refusal> refusal = ask(Toll::creation, "192.0.2.1");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 429);
  EXPECT_EQ(net::problem_code_name(refusal->code), "rate_limited");
  ASSERT_EQ(refusal->retry_after, std::chrono::seconds(1));
  EXPECT_FALSE(ask(Toll::creation, "192.0.2.1", kBegin + *refusal->retry_after));
}

TEST_F(RateLimitsTest, NoRateIsNoLimit) {
  limits_ = RateLimits(Rates{.calls = 0, .creations = 0});
  EXPECT_EQ(passed(Toll::call, "192.0.2.1"), 1000);
  EXPECT_EQ(passed(Toll::creation, "192.0.2.1"), 1000);
}

}  // namespace
}  // namespace vodmill::api
