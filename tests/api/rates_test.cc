#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;

class RatesTest : public ApiTest {
 protected:
  RatesTest() { start({.rates = {.calls = 1, .creations = 1}}); }

  // The first refusal of many of the same requests.
  Answer refusal(std::string_view method, std::string_view target, std::string_view body = "") {
    Answer answer;
    for (int i = 0; i < 100 && answer.status != 429; ++i) answer = ask(method, target, "", body);
    return answer;
  }
};

TEST_F(RatesTest, TooManyCallsAreToldWhenToComeBack) {
  const Answer answer = refusal("GET", "/v1/videos");
  ASSERT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(answer.json().at("code"), "rate_limited");
  EXPECT_EQ(answer.json().at("retryable"), true);
  EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("127.0.0.1"));
}

TEST_F(RatesTest, TooManyUploadsAreRefusedBeforeTheirBytesAreStored) {
  ASSERT_EQ(refusal("PUT", "/v1/videos/a.mp4", "some bytes").status, 429);
  EXPECT_EQ(store_.objects().size(),
            must(run(videos_.list({.status = {}, .limit = 200, .cursor = {}}))).videos.size());
}

TEST_F(RatesTest, UploadsAndOtherCallsAreCountedApart) {
  refusal("GET", "/v1/videos");
  EXPECT_EQ(ask("POST", "/v1/videos", "", "some bytes").status, 201);
}

TEST_F(RatesTest, PlaybackAndHealthAreNotCounted) {
  refusal("GET", "/v1/videos");
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(get("/play/none/index.m3u8").status, 404);
    ASSERT_EQ(get("/healthz").status, 200);
  }
}

}  // namespace
}  // namespace vodmill
