#include "api/description.h"

#include "api/openapi.h"
#include "api/world.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Answer answer(int status, std::string body, const std::string& type = "application/json") {
  return {.status = status,
          .head = "HTTP/1.1 " + std::to_string(status) + " Word\r\nContent-Type: " + type + "\r\n",
          .body = std::move(body)};
}

constexpr const char* kProblem =
    R"({"type":"about:blank","title":"Not Found","status":404,"code":"not_found",)"
    R"("detail":"There is none.","retryable":false})";

auto judge(std::string_view target, const Answer& answer) {
  return api_description().judge("GET", target, answer);
}

auto judge_error(const char* text) {
  return api_description().judge_value("JobError", parse_json(text).value());
}

TEST(Description, TakesWhatIsDescribed) {
  EXPECT_THAT(judge("/healthz", answer(200, R"({"status":"ok"})")), IsEmpty());
  EXPECT_THAT(judge("/v1/jobs/7", answer(404, kProblem, "application/problem+json")), IsEmpty());
  EXPECT_THAT(judge("/v1/videos?limit=1", answer(200, R"({"data":[],"next_cursor":null})")),
              IsEmpty());
  EXPECT_THAT(judge("/nowhere", answer(404, kProblem, "application/problem+json")), IsEmpty());
}

TEST(Description, RefusesCallsAndStatusesAndTypesThatAreNot) {
  EXPECT_THAT(judge("/v2/videos", answer(200, "{}")), ElementsAre(HasSubstr("not described")));
  EXPECT_THAT(judge("/healthz", answer(201, "{}")), ElementsAre(HasSubstr("status 201")));
  EXPECT_THAT(judge("/healthz", answer(404, kProblem, "application/problem+json")),
              ElementsAre(HasSubstr("status 404")));
  EXPECT_THAT(judge("/healthz", answer(200, "ok", "text/plain")),
              ElementsAre(HasSubstr("text/plain")));
  EXPECT_THAT(judge("/v1/jobs", answer(400, "{}")), ElementsAre(HasSubstr("application/json")));
}

TEST(Description, RefusesMembersThatAreMissingOrOtherOrMore) {
  EXPECT_THAT(judge_error(R"({"code":"worker_lost","message":"m","retryable":true})"), IsEmpty());
  EXPECT_THAT(judge_error(R"({"code":"worker_lost","message":"m"})"),
              ElementsAre(HasSubstr("lacks retryable")));
  EXPECT_THAT(judge_error(R"({"code":"worker_lost","message":7,"retryable":true})"),
              ElementsAre(HasSubstr(".message is 7")));
  EXPECT_THAT(judge_error(R"({"code":"tired","message":"m","retryable":true})"),
              ElementsAre(HasSubstr(".code is \"tired\", against enum")));
  EXPECT_THAT(judge_error(R"({"code":"worker_lost","message":"m","retryable":true,"more":1})"),
              ElementsAre(HasSubstr(".more is not described")));
}

TEST(Description, LooksIntoPartsAndAlternativesAndLists) {
  const Description small(
      R"({"components":{"schemas":{"A":{"type":"object","properties":{"a":{"type":"integer",)"
      R"("minimum":1}}},"B":{"allOf":[{"$ref":"#/components/schemas/A"}],"properties":{"b":)"
      R"({"type":"array","items":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/A"}]}}}},)"
      R"("C":{"type":"object","additionalProperties":{"type":"string"}},)"
      R"("D":{"type":"string","pattern":"x"}}}})");
  const auto judge = [&small](const char* schema, const char* text) {
    return small.judge_value(schema, parse_json(text).value());
  };
  EXPECT_THAT(judge("B", R"({"a":1,"b":[null,{"a":2}]})"), IsEmpty());
  EXPECT_THAT(judge("B", R"({"a":0})"), ElementsAre(HasSubstr("minimum")));
  EXPECT_THAT(judge("B", R"({"c":0})"), ElementsAre(HasSubstr(".c is not described")));
  EXPECT_THAT(judge("B", R"({"b":["text"]})"), testing::Contains(HasSubstr("fits 0 of one-of")));
  EXPECT_THAT(judge("C", R"({"x":"y"})"), IsEmpty());
  EXPECT_THAT(judge("C", R"({"x":1})"), ElementsAre(HasSubstr(".x is 1")));
  EXPECT_THAT(judge("D", R"("x")"), ElementsAre(HasSubstr("pattern")));
}

}  // namespace
}  // namespace vodmill
