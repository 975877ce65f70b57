#include "api/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace vodmill::api {
namespace {

constexpr auto kLast = static_cast<int>(ErrorCode::disk_full);

TEST(Problem, OfEveryCodeHasTheSameShape) {
  for (int number = 0; number <= kLast; ++number) {
    const auto code = static_cast<ErrorCode>(number);
    const net::Response answer = problem({code, "/var/lib/secret"});
    const json::object body = parse_json(answer.body).value().as_object();
    const int status = answer.head.status;
    EXPECT_EQ(status, http_status(code));
    EXPECT_TRUE(status >= 400 && status < 600) << status;
    EXPECT_EQ(answer.head.headers.find("Content-Type"), "application/problem+json");
    EXPECT_EQ(body.at("type"), "about:blank");
    EXPECT_EQ(body.at("title").as_string(), net::reason_phrase(status));
    EXPECT_NE(body.at("title"), "Status") << status;
    EXPECT_EQ(body.at("status"), status);
    const bool stops = code == ErrorCode::cancelled;  // the server, in the middle of a request
    EXPECT_EQ(body.at("code").as_string(), stops ? "not_ready" : error_code_name(code));
    EXPECT_EQ(body.at("retryable").as_bool(), is_retryable(code));
    EXPECT_FALSE(body.at("detail").as_string().empty());
    EXPECT_EQ(body.size(), 6);
    EXPECT_EQ(answer.head.headers.contains("Retry-After"), status == 503 || status == 429);
  }
}

TEST(Problem, OfTheServerItselfSaysNothingOfItsInside) {
  for (int number = 0; number <= kLast; ++number) {
    const auto code = static_cast<ErrorCode>(number);
    if (http_status(code) < 500) continue;
    EXPECT_THAT(problem({code, "/var/lib/secret"}).body, testing::Not(testing::HasSubstr("secret")))
        << error_code_name(code);
  }
}

TEST(Problem, OfTheClientSaysWhatToDo) {
  const net::Response answer = problem({ErrorCode::invalid_request, "limit must be 1 to 200."});
  EXPECT_THAT(answer.body, testing::HasSubstr("limit must be 1 to 200."));
}

}  // namespace
}  // namespace vodmill::api
