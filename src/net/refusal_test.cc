#include "net/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace vodmill::net {
namespace {

using testing::ElementsAre;

json::object body_of(const Refusal& refusal) {
  return parse_json(problem(refusal).body).value().as_object();
}

TEST(Refusal, IsWorthARetryByItsCodeAndNotByItsStatus) {
  std::vector<std::string_view> retryable;
  for (std::size_t i = 0; i < http_code_names().size(); ++i) {
    const json::object body = body_of({400, static_cast<HttpCode>(i), "No."});
    if (body.at("retryable").as_bool()) retryable.push_back(http_code_names()[i]);
  }
  EXPECT_THAT(retryable, ElementsAre("idempotency_key_busy", "incomplete_body", "not_ready",
                                     "overloaded", "request_timeout"));
  EXPECT_TRUE(body_of({429, ErrorCode::rate_limited, "Slowly."}).at("retryable").as_bool());
  EXPECT_FALSE(body_of({409, ErrorCode::conflict, "No."}).at("retryable").as_bool());
}

TEST(Refusal, SaysWhenToComeBackWhereItKnows) {
  const Refusal soon{503, HttpCode::not_ready, "Ask again.", std::chrono::seconds(1)};
  EXPECT_EQ(problem(soon).head.headers.find("Retry-After"), "1");
  EXPECT_FALSE(problem({404, ErrorCode::not_found, "No."}).head.headers.contains("Retry-After"));
}

}  // namespace
}  // namespace vodmill::net
