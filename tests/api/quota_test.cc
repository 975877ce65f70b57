#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Quotas : public ApiTest {
 protected:
  void allow(Quota quota) {
    api::ApiOptions options;
    options.quota = quota;
    start(std::move(options));
  }
  Answer put(const std::string& query = "", std::string_view headers = "",
             std::string_view body = "some bytes") {
    return ask("PUT", "/v1/videos" + query, headers, body);
  }
};

TEST_F(Quotas, LimitWhatAnOwnerHasUnfinished) {
  allow({.unfinished_videos = 1, .bytes = {}});
  const Answer first = put("?owner=anna");
  EXPECT_EQ(first.status, 201);
  const Answer second = put("?owner=anna");
  EXPECT_EQ(second.status, 429);
  EXPECT_EQ(second.json().at("code"), "quota_exceeded");
  EXPECT_EQ(second.json().at("retryable"), true);
  EXPECT_NE(second.header("Retry-After"), "");
  EXPECT_THAT(text_of(second.json(), "detail"), HasSubstr("cancel one"));
  EXPECT_EQ(put("?owner=bert").status, 201);
  EXPECT_EQ(put().status, 201);
  EXPECT_EQ(put().status, 429) << "those of nobody are one owner's";
  EXPECT_THAT(store_.objects(), SizeIs(3));
  must(run(videos_.cancel(VideoId(text_of(first.json(), "id")))));
  EXPECT_EQ(put("?owner=anna").status, 201);
}

TEST_F(Quotas, HoldForRetriesOfWhatHasEnded) {
  allow({.unfinished_videos = 1, .bytes = {}});
  const std::string id = text_of(put("?owner=anna").json(), "id");
  const std::string job = text_of(get("/v1/jobs").json().at("data").at(0).as_object(), "id");
  must(run(videos_.cancel(VideoId(id))));
  const std::string other = text_of(put("?owner=anna").json(), "id");
  for (const std::string& path : {"/v1/videos/" + id + "/retry", "/v1/jobs/" + job + "/retry"}) {
    const Answer refused = ask("POST", path);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.json().at("code"), "quota_exceeded");
  }
  EXPECT_EQ(must(run(videos_.get(VideoId(id)))).generation, 1);
  EXPECT_EQ(ask("POST", "/v1/videos/" + other + "/retry").status, 200) << "it counts already";
  must(run(videos_.cancel(VideoId(other))));
  EXPECT_EQ(ask("POST", "/v1/jobs/" + job + "/retry").status, 200);
  EXPECT_EQ(put("?owner=anna").status, 429);
}

TEST_F(Quotas, LetARetryOfAnOwnerWhoHasAllHisBytes) {
  allow({.unfinished_videos = {}, .bytes = 10});
  const std::string id = text_of(put().json(), "id");
  must(run(videos_.cancel(VideoId(id))));
  allow({.unfinished_videos = {}, .bytes = 5});
  EXPECT_EQ(ask("POST", "/v1/videos/" + id + "/retry").status, 200);
}

TEST_F(Quotas, LimitTheBytesOfAnOwner) {
  allow({.unfinished_videos = {}, .bytes = 25});
  const std::string id = text_of(put().json(), "id");
  EXPECT_EQ(put().status, 201);
  EXPECT_EQ(put("", "", "12345").status, 201);
  EXPECT_EQ(put("", "", "1").status, 429);
  EXPECT_EQ(ask("DELETE", "/v1/videos/" + id).status, 204);
  EXPECT_EQ(put().status, 201);
}

TEST_F(Quotas, SayOfABodyThatIsTooLargeForAnybodyThatItIs) {
  start({.max_upload_bytes = 20, .quota = {.unfinished_videos = 1, .bytes = 25}});
  EXPECT_EQ(put("?owner=anna").status, 201);
  for (const std::string& body : {std::string(21, 'x'), std::string(26, 'x')}) {
    const Answer answer = put("?owner=anna", "", body);
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.json().at("code"), "size_exceeds_limit");
    EXPECT_EQ(answer.json().at("retryable"), false);
    EXPECT_EQ(answer.header("Retry-After"), "");
    EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("20 bytes that this server takes"));
  }
}

TEST_F(Quotas, SayOfWhatIsLargerThanAllThatAnOwnerMayHaveThatItIs) {
  allow({.unfinished_videos = 1, .bytes = 25});
  EXPECT_EQ(put("?owner=anna").status, 201);
  const std::string large(26, 'x');
  const char* chunked = "Transfer-Encoding: chunked\r\n";
  for (const Answer& answer : {put("?owner=anna", "", large), put("?owner=bert", "", large),
                               put("?owner=bert", chunked, "1a\r\n" + large + "\r\n0\r\n\r\n")}) {
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.json().at("code"), "size_exceeds_limit");
    EXPECT_EQ(answer.header("Retry-After"), "");
    EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("25 in all. Send a smaller file"));
  }
  EXPECT_THAT(store_.objects(), SizeIs(1));
}

TEST_F(Quotas, RefuseBeforeTheBodyIsSent) {
  allow({.unfinished_videos = {}, .bytes = 25});
  EXPECT_EQ(put().status, 201);
  net::TestClient client = connect();
  client.send(
      "PUT /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16\r\n"
      "Expect: 100-continue\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer_to("PUT", "/v1/videos", client).status, 429);
}

TEST_F(Quotas, LeaveNothingOfABodyWhoseLengthWasNotKnown) {
  allow({.unfinished_videos = {}, .bytes = 15});
  EXPECT_EQ(put().status, 201);
  EXPECT_EQ(put("", "Transfer-Encoding: chunked\r\n", "a\r\nsome bytes\r\n0\r\n\r\n").status, 429);
  EXPECT_THAT(store_.objects(), SizeIs(1));
  EXPECT_THAT(must(run(videos_.list({}))).videos, SizeIs(1));
}

TEST_F(Quotas, HoldForAFormThatSaysItsOwnerLast) {
  allow({.unfinished_videos = 1, .bytes = {}});
  EXPECT_EQ(put().status, 201) << "nobody's";
  const auto post = [&] {
    return ask("POST", "/v1/videos", "Content-Type: multipart/form-data; boundary=x\r\n",
               "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.mp4\"\r\n\r\n"
               "some bytes\r\n--x\r\nContent-Disposition: form-data; name=\"owner\"\r\n\r\n"
               "anna\r\n--x--\r\n");
  };
  EXPECT_EQ(post().status, 201);
  EXPECT_EQ(post().status, 429);
  EXPECT_THAT(store_.objects(), SizeIs(2));
}

TEST_F(Quotas, HoldForDocuments) {
  put("?owner=anna");
  allow({.unfinished_videos = 1, .bytes = {}});
  ApiTest::put("inbox/a", "some bytes");
  const char* json = "Content-Type: application/json\r\n";
  const char* document = R"({"source":{"key":"inbox/a"},"owner":"anna"})";
  EXPECT_EQ(ask("POST", "/v1/videos", json, document).status, 429);
}

TEST_F(Quotas, DoNotHinderARequestThatIsSentAgain) {
  allow({.unfinished_videos = 1, .bytes = {}});
  const char* key = "Idempotency-Key: k\r\n";
  const Answer first = put("", key);
  EXPECT_EQ(put("", key).json().at("id"), first.json().at("id"));
  const char* other = "Idempotency-Key: l\r\n";
  EXPECT_EQ(put("", other).status, 429);
  must(run(videos_.cancel(VideoId(text_of(first.json(), "id")))));
  EXPECT_EQ(put("", other).status, 201) << "its key is free again";
}

}  // namespace
}  // namespace vodmill
