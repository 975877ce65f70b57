#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Keys : public ApiTest {
 protected:
  Answer post(std::string_view body = "some bytes", std::string_view key = "k",
              std::string_view target = "/v1/videos") {
    return ask("POST", target, "Idempotency-Key: " + std::string(key) + "\r\n", body);
  }
  std::size_t count() { return must(run(videos_.list({}))).videos.size(); }

  // An upload that has begun, and has been seen to.
  net::TestClient begin_upload() {
    net::TestClient client = connect();
    client.send(
        "POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
        "Connection: close\r\nIdempotency-Key: k\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("100 Continue"));
    return client;
  }
};

TEST_F(Keys, MakeOneVideoOfARequestThatIsSentAgain) {
  const Answer first = post();
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(first.header("Idempotent-Replayed"), "");
  const Answer second = post();
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.json(), first.json());
  EXPECT_EQ(second.header("Location"), first.header("Location"));
  EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(post("some bytes", "\"k\"").json(), first.json());
  EXPECT_EQ(count(), 1U);
  EXPECT_THAT(store_.objects(), SizeIs(1));
}

TEST_F(Keys, ShowTheVideoAsItIsNow) {
  const std::string id = text_of(post().json(), "id");
  must(run(videos_.cancel(VideoId(id))));
  EXPECT_EQ(post().json().at("status"), "cancelled");
}

TEST_F(Keys, OfAnotherRequestAreRefused) {
  ASSERT_EQ(post().status, 201);
  for (const Answer& other :
       {post("other bytes"), post("some bytes", "k", "/v1/videos?priority=3"),
        post("some bytes", "k", "/v1/videos?metadata=%7B%7D"),
        post("some bytes", "k", "/v1/videos?owner=anna"),
        ask("PUT", "/v1/videos", "Idempotency-Key: k\r\n", "some bytes"),
        ask("PUT", "/v1/videos/a.mp4", "Idempotency-Key: k\r\n", "some bytes")}) {
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.json().at("code"), "idempotency_key_mismatch");
    EXPECT_EQ(other.json().at("retryable"), false);
  }
  EXPECT_EQ(count(), 1U);
}

TEST_F(Keys, OfARequestUnderWayAreBusy) {
  net::TestClient client = begin_upload();
  const Answer second = post();
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.json().at("code"), "idempotency_key_busy");
  EXPECT_EQ(second.json().at("retryable"), true);
  client.send("some bytes");
  const Answer first = answer_to("POST", "/v1/videos", client);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(post().json(), first.json());
  EXPECT_EQ(count(), 1U);
}

TEST_F(Keys, AreFreeAgainWhenTheUploadBreaks) {
  net::TestClient client = begin_upload();
  client.send("some");
  client.end_sending();
  EXPECT_EQ(answer_to("POST", "/v1/videos", client).status, 400);
  EXPECT_EQ(post().status, 201);
  EXPECT_EQ(count(), 1U);
}

TEST_F(Keys, AreFreeAgainWhenTheStoreFails) {
  store_.fail_call("commit", 1, {ErrorCode::storage_unavailable, "EIO"});
  EXPECT_EQ(post().status, 503);
  EXPECT_EQ(post().status, 201);
}

TEST_F(Keys, AreFreeAgainAfterARefusal) {
  EXPECT_EQ(post("some bytes", "k", "/v1/videos?priority=x").status, 400);
  EXPECT_EQ(post().status, 201);
}

TEST_F(Keys, AreKeptForADayAndAcrossServers) {
  const json::object first = post().json();
  start({});
  clock_.advance(std::chrono::hours(23));
  EXPECT_EQ(post().json(), first);
  clock_.advance(std::chrono::hours(1));
  EXPECT_NE(post().json().at("id"), first.at("id"));
}

TEST_F(Keys, OfADeletedVideoAreGone) {
  const std::string path = post().header("Location");
  ASSERT_EQ(ask("DELETE", path).status, 204);
  EXPECT_EQ(post().status, 410);
}

TEST_F(Keys, AreVisibleCharacters) {
  for (const std::string& key : {std::string(), std::string("a b"), std::string(256, 'k')}) {
    EXPECT_EQ(post("some bytes", key).status, 400) << key;
  }
  EXPECT_EQ(post("some bytes", std::string(255, 'k')).status, 201);
}

TEST_F(Keys, WorkWithForms) {
  const char* headers = "Idempotency-Key: k\r\nContent-Type: multipart/form-data; boundary=XX\r\n";
  const char* form =
      "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.mp4\"\r\n\r\n"
      "some bytes\r\n--XX--\r\n";
  const Answer first = ask("POST", "/v1/videos", headers, form);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(ask("POST", "/v1/videos", headers, form).json(), first.json());
}

std::string form_with(const std::string& before, const std::string& after) {
  const auto field = [](const std::string& line) {
    const std::size_t equals = line.find('=');
    return line.empty()
               ? std::string()
               : "--XX\r\nContent-Disposition: form-data; name=\"" + line.substr(0, equals) +
                     "\"\r\n\r\n" + line.substr(equals + 1) + "\r\n";
  };
  return field(before) +
         "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.mp4\"\r\n\r\n"
         "some bytes\r\n" +
         field(after) + "--XX--\r\n";
}

TEST_F(Keys, OfAFormWithOtherFieldsAreRefused) {
  start({.compat_routes = true});
  const char* headers = "Idempotency-Key: k\r\nContent-Type: multipart/form-data; boundary=XX\r\n";
  const std::string old_key =
      "Idempotency-Key: old\r\nContent-Type: multipart/form-data; boundary=XX\r\n";
  const std::string form = form_with("owner=anna", "priority=3");
  const Answer first = ask("POST", "/v1/videos", headers, form);
  ASSERT_EQ(first.status, 201) << first.body;
  const Answer old_first = ask("POST", "/api/video/upload", old_key, form_with("", "studentId=7"));
  ASSERT_EQ(old_first.status, 202) << old_first.body;
  const std::size_t objects = store_.objects().size();
  for (const std::string& other :
       {form_with("owner=anna", "priority=4"), form_with("owner=bert", "priority=3")}) {
    const Answer refused = ask("POST", "/v1/videos", headers, other);
    EXPECT_EQ(refused.status, 422) << refused.body;
    EXPECT_EQ(refused.json().at("code"), "idempotency_key_mismatch");
  }
  EXPECT_EQ(ask("POST", "/api/video/upload", old_key, form_with("", "studentId=8")).status, 422);
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(store_.objects().size(), objects);
  EXPECT_EQ(ask("POST", "/v1/videos", headers, form).json(), first.json());
  const Answer old_again = ask("POST", "/api/video/upload", old_key, form_with("", "studentId=7"));
  EXPECT_EQ(old_again.json(), old_first.json());
}

TEST_F(Keys, OfADocumentThatSaysSomethingElseAreRefused) {
  const auto ask_for = [&](int priority) {
    return ask("POST", "/v1/videos", "Idempotency-Key: k\r\nContent-Type: application/json\r\n",
               R"({"source":{"key":"inbox/a"},"priority":)" + std::to_string(priority) + "}");
  };
  put("inbox/a", "some bytes");
  EXPECT_EQ(ask_for(1).status, 201);
  EXPECT_EQ(ask_for(2).status, 422);
  EXPECT_EQ(ask_for(1).status, 201);
  EXPECT_EQ(count(), 1U);
}

}  // namespace
}  // namespace vodmill
