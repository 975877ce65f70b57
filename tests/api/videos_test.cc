#include "api/world.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Videos = ApiTest;

std::vector<std::string> ids_of(const json::object& page) {
  std::vector<std::string> ids;
  for (const json::value& video : page.at("data").as_array()) {
    ids.emplace_back(video.at("id").as_string());
  }
  return ids;
}

TEST_F(Videos, AreListedNewestFirstPageByPage) {
  const VideoId a = upload();
  const VideoId b = upload();
  const VideoId c = upload();
  const json::object first = get("/v1/videos?limit=2").json();
  EXPECT_THAT(ids_of(first), ElementsAre(c.str(), b.str()));
  const std::string cursor = text_of(first, "next_cursor");
  const json::object second = get("/v1/videos?limit=2&cursor=" + cursor).json();
  EXPECT_THAT(ids_of(second), ElementsAre(a.str()));
  EXPECT_EQ(second.at("next_cursor"), nullptr);
}

TEST_F(Videos, AreListedByStatus) {
  const VideoId waiting = upload();
  const VideoId cancelled = upload();
  EXPECT_EQ(ask("POST", "/v1/videos/" + cancelled.str() + "/cancel").status, 200);
  EXPECT_THAT(ids_of(get("/v1/videos?status=pending").json()), ElementsAre(waiting.str()));
  EXPECT_THAT(ids_of(get("/v1/videos?status=cancelled").json()), ElementsAre(cancelled.str()));
  EXPECT_THAT(ids_of(get("/v1/videos?status=failed").json()), IsEmpty());
}

TEST_F(Videos, AreFoundByWhatTheyAreCalled) {
  upload();
  const auto put = [&](const std::string& name) {
    clock_.advance(Milliseconds(1));
    return text_of(ask("PUT", "/v1/videos/" + name, "", "some bytes").json(), "id");
  };
  const std::string beach = put("Beach%20%C3%84.mov");
  const std::string second = put("beach.mov");
  EXPECT_THAT(ids_of(get("/v1/videos?q=BEACH").json()), ElementsAre(second, beach));
  EXPECT_THAT(ids_of(get("/v1/videos?q=%C3%A4.M").json()), ElementsAre(beach));
  EXPECT_THAT(ids_of(get("/v1/videos?q=beach&status=failed").json()), IsEmpty());
  EXPECT_EQ(ids_of(get("/v1/videos?q=").json()).size(), 3U);
  const json::object page = get("/v1/videos?q=beach&limit=1").json();
  EXPECT_THAT(ids_of(page), ElementsAre(second));
  const std::string next = "/v1/videos?q=beach&limit=1&cursor=" + text_of(page, "next_cursor");
  EXPECT_THAT(ids_of(get(next).json()), ElementsAre(beach));
  EXPECT_EQ(get("/v1/videos?q=" + std::string(257, 'x')).status, 400);
}

TEST_F(Videos, RefuseAListThatCannotBe) {
  for (const char* query :
       {"status=done", "status=", "limit=0", "limit=201", "limit=2x", "limit=", "cursor=x"}) {
    const Answer answer = get(std::string("/v1/videos?") + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.json().at("code"), "invalid_request");
  }
}

TEST_F(Videos, ShowNothingOfWhereTheirBytesLie) {
  const Answer answer = get("/v1/videos/" + upload().str());
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, Not(HasSubstr("source")));
  EXPECT_THAT(answer.body, Not(HasSubstr("prefix")));
}

TEST_F(Videos, AreNotFoundUnderUnknownIds) {
  for (const auto& [method, path] :
       std::vector<std::pair<const char*, const char*>>{{"GET", "/v1/videos/x"},
                                                        {"DELETE", "/v1/videos/x"},
                                                        {"POST", "/v1/videos/x/retry"},
                                                        {"POST", "/v1/videos/x/cancel"},
                                                        {"GET", "/v1/videos/x/events"},
                                                        {"GET", "/play/x/index.m3u8"}}) {
    const Answer answer = ask(method, path);
    EXPECT_EQ(answer.status, 404) << method << ' ' << path;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(answer.json().at("code"), "not_found");
  }
}

TEST_F(Videos, AreDeletedOnce) {
  const std::string path = "/v1/videos/" + upload().str();
  const Answer answer = ask("DELETE", path);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(ask("DELETE", path).status, 404);
}

TEST_F(Videos, AreCancelledAndRetried) {
  const std::string path = "/v1/videos/" + upload().str();
  const json::object cancelled = ask("POST", path + "/cancel").json();
  EXPECT_EQ(cancelled.at("status"), "cancelled");
  EXPECT_EQ(cancelled.at("error").at("code"), "cancelled");
  EXPECT_EQ(cancelled.at("error").at("retryable"), true);
  EXPECT_EQ(ask("POST", path + "/cancel").json(), cancelled);
  const json::object retried = ask("POST", path + "/retry").json();
  EXPECT_EQ(retried.at("status"), "pending");
  EXPECT_EQ(retried.at("generation"), 2);
  EXPECT_EQ(retried.at("error"), nullptr);
}

TEST_F(Videos, AreChangedByMerging) {
  const Answer made =
      ask("POST", "/v1/videos?priority=5&metadata=%7B%22a%22:1,%22b%22:2%7D", "", "some bytes");
  const std::string path = made.header("Location");
  const Answer answer =
      ask("PATCH", path, "Content-Type: application/merge-patch+json; charset=utf-8\r\n",
          R"({"metadata":{"a":null,"c":{"d":3}}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::value expected = {{"b", 2}, {"c", {{"d", 3}}}};
  EXPECT_EQ(answer.json().at("metadata"), expected);
  EXPECT_EQ(answer.json().at("priority"), 5);
  EXPECT_EQ(get(path).json(), answer.json());
  const char* json = "Content-Type: application/json\r\n";
  EXPECT_EQ(ask("PATCH", path, json, R"({"priority":9})").json().at("priority"), 9);
  const Answer emptied = ask("PATCH", path, json, R"({"metadata":null,"priority":null})");
  EXPECT_EQ(emptied.json().at("metadata"), json::object());
  EXPECT_EQ(emptied.json().at("priority"), 0);
  // created, updated three times, and this, which is nothing.
  EXPECT_EQ(ask("PATCH", path, json, "{}").status, 200);
  EXPECT_EQ(must(run(videos_.get(VideoId(text_of(made.json(), "id"))))).event_sequence, 4);
}

TEST_F(Videos, AreNotChangedByWhatIsNoChange) {
  const std::string path = "/v1/videos/" + upload().str();
  const json::object before = get(path).json();
  for (const std::string& body :
       {std::string(), std::string("x"), std::string("[]"), std::string(R"({"status":"failed"})"),
        std::string(R"({"metadata":"x"})"), std::string(R"({"metadata":{"a":1},"priority":-1})"),
        std::string(R"({"priority":1.5})"), std::string(R"({"priority":"1"})"),
        R"({"metadata":{"a":")" + std::string(9000, 'x') + "\"}}"}) {
    const Answer answer = ask("PATCH", path, "Content-Type: application/json\r\n", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.json().at("code"), "invalid_request");
  }
  const Answer form = ask("PATCH", path, "Content-Type: text/plain\r\n", "{}");
  EXPECT_EQ(form.status, 415);
  EXPECT_EQ(form.header("Accept-Patch"), "application/merge-patch+json");
  const std::string long_body = "{\"priority\":1" + std::string(70'000, ' ') + "}";
  EXPECT_EQ(ask("PATCH", path, "Content-Type: application/json\r\n", long_body).status, 413);
  EXPECT_EQ(get(path).json(), before);
}

TEST_F(Videos, TellWhatIsKnownOfThem) {
  const VideoId id = upload();
  const GenerationLease lease = coordinate(id);
  plan(lease);
  must(run(generations_.mark_playable(lease)));
  complete(lease);
  const json::object video = get("/v1/videos/" + id.str()).json();
  EXPECT_EQ(video.at("status"), "completed");
  EXPECT_EQ(video.at("progress"), 100);
  EXPECT_EQ(video.at("playable"), true);
  EXPECT_EQ(video.at("width"), 640);
  EXPECT_EQ(video.at("height"), 360);
  EXPECT_EQ(video.at("duration_seconds"), 24.0);
  EXPECT_EQ(text_of(video, "playback_url"), "/play/" + id.str() + "/index.m3u8");
}

TEST_F(Videos, TellWhyTheyFailed) {
  const VideoId id = upload();
  must(run(generations_.fail(coordinate(id), {ErrorCode::not_a_video, "It is a poem."})));
  const json::object video = get("/v1/videos/" + id.str()).json();
  EXPECT_EQ(video.at("status"), "failed");
  EXPECT_EQ(
      video.at("error"),
      (json::object{{"code", "not_a_video"}, {"message", "It is a poem."}, {"retryable", false}}));
}

}  // namespace
}  // namespace vodmill
