// What a client may say of the ladder at a video's creation.
#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const json::object kUpTo360{{"max_height", 360}, {"max_renditions", nullptr}};

class Ladders : public ApiTest {
 protected:
  // ?ladder={"max_height":N}
  Answer put(const std::string& value, std::string_view headers = "") {
    return ask("PUT", "/v1/videos?ladder=%7B%22max_height%22%3A" + value + "%7D", headers,
               "some bytes");
  }
  Answer post_form(const std::string& ladder) {
    return ask("POST", "/v1/videos", "Content-Type: multipart/form-data; boundary=x\r\n",
               "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.mp4\"\r\n\r\n"
               "some bytes\r\n--x\r\nContent-Disposition: form-data; name=\"ladder\"\r\n\r\n" +
                   ladder + "\r\n--x--\r\n");
  }
  Answer post_document(const std::string& ladder) {
    ApiTest::put("inbox/a", "some bytes");
    return ask("POST", "/v1/videos", "Content-Type: application/json\r\n",
               R"({"source":{"key":"inbox/a"},"ladder":)" + ladder + "}");
  }
};

TEST_F(Ladders, AreWhateverFitsWhenNobodyAsks) {
  const json::object nothing{{"max_height", nullptr}, {"max_renditions", nullptr}};
  EXPECT_EQ(get("/v1/videos/" + upload().str()).json().at("ladder"), nothing);
}

TEST_F(Ladders, AreAskedForInAQueryAFormOrADocument) {
  for (const Answer& answer :
       {put("360"), post_form(R"({"max_height":360})"), post_document(R"({"max_height":360})")}) {
    ASSERT_EQ(answer.status, 201) << answer.body;
    const VideoId id(text_of(answer.json(), "id"));
    EXPECT_EQ(answer.json().at("ladder"), kUpTo360);
    EXPECT_EQ(get("/v1/videos/" + id.str()).json().at("ladder"), kUpTo360);
    EXPECT_EQ(must(run(videos_.generation(id, 1))).ladder.max_height, 360);
  }
  const Answer two = post_form(R"({"max_renditions":2,"max_height":null})");
  EXPECT_EQ(two.json().at("ladder"),
            (json::object{{"max_height", nullptr}, {"max_renditions", 2}}));
}

TEST_F(Ladders, StayWhatTheyWereInTheNextGeneration) {
  const std::string id = text_of(put("360").json(), "id");
  const Answer retried = ask("POST", "/v1/videos/" + id + "/retry");
  EXPECT_EQ(retried.json().at("ladder"), kUpTo360);
  EXPECT_EQ(must(run(videos_.generation(VideoId(id), 2))).ladder.max_height, 360);
}

TEST_F(Ladders, AreRefusedWithASentence) {
  for (const Answer& answer :
       {put("239"), put("%22360%22"), post_form("360"), post_form(R"({"max_renditions":1})"),
        post_document(R"({"height":360})"), post_document("null")}) {
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.json().at("code"), "invalid_request");
    EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("ladder"));
  }
  EXPECT_THAT(must(run(videos_.list({}))).videos, IsEmpty());
}

TEST_F(Ladders, CannotBeChanged) {
  const std::string id = text_of(put("360").json(), "id");
  const Answer answer = ask("PATCH", "/v1/videos/" + id, "Content-Type: application/json\r\n",
                            R"({"ladder":{"max_height":720}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(get("/v1/videos/" + id).json().at("ladder"), kUpTo360);
}

TEST_F(Ladders, TellARequestFromAnotherOfTheSameKey) {
  const char* key = "Idempotency-Key: k\r\n";
  EXPECT_EQ(put("360", key).status, 201);
  EXPECT_EQ(put("360", key).header("Idempotent-Replayed"), "true");
  EXPECT_EQ(put("720", key).json().at("code"), "idempotency_key_mismatch");
  EXPECT_EQ(ask("PUT", "/v1/videos", key, "some bytes").status, 422);
}

}  // namespace
}  // namespace vodmill
