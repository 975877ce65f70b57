// Videos that are made from an object which is in the store already.
#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Imports : public ApiTest {
 protected:
  Imports() { put("inbox/holiday.mov", "some bytes"); }

  Answer post(std::string_view document, std::string_view headers = "",
              std::string_view query = "") {
    return ask("POST", "/v1/videos" + std::string(query),
               "Content-Type: application/json\r\n" + std::string(headers), document);
  }
  std::size_t count() { return must(run(videos_.list({}))).videos.size(); }

  static constexpr const char* kHoliday = R"({"source":{"key":"inbox/holiday.mov"}})";
};

TEST_F(Imports, AreVideosLikeOthers) {
  const Answer answer = post(R"({"source":{"key":"inbox/holiday.mov"},"metadata":{"title":"Sea"},)"
                             R"("priority":4,"owner":"anna"})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const json::object video = answer.json();
  EXPECT_EQ(answer.header("Location"), "/v1/videos/" + text_of(video, "id"));
  EXPECT_EQ(video.at("status"), "pending");
  EXPECT_EQ(video.at("size"), 10);
  EXPECT_EQ(video.at("sha256"), nullptr);
  EXPECT_EQ(video.at("priority"), 4);
  EXPECT_EQ(video.at("owner"), "anna");
  EXPECT_EQ(video.at("metadata"), (json::object{{"title", "Sea"}, {"filename", "holiday.mov"}}));
  EXPECT_THAT(store_.objects(), SizeIs(1)) << "nothing is copied";
  coordinate(VideoId(text_of(video, "id")));
  const Source source = lease_task().source;
  ASSERT_EQ(source.extents.size(), 1U);
  EXPECT_EQ(source.extents[0].key.str(), "inbox/holiday.mov");
  EXPECT_EQ(source.length, 10);
}

TEST_F(Imports, LeaveTheObjectWhenTheyAreDeleted) {
  const std::string id = text_of(post(kHoliday).json(), "id");
  EXPECT_EQ(ask("DELETE", "/v1/videos/" + id).status, 204);
  for (const std::string& prefix : must(run(census_.pending_sweeps()))) {
    EXPECT_FALSE(std::string_view("inbox/holiday.mov").starts_with(prefix)) << prefix;
  }
}

TEST_F(Imports, ComeFromTheInboxAlone) {
  put("another/source", "another's bytes");
  for (const char* key : {"another/source", "inbox/../another/source", "inbox/"}) {
    const Answer answer = post(R"({"source":{"key":")" + std::string(key) + R"("}})");
    EXPECT_EQ(answer.status, 400) << key;
    EXPECT_EQ(answer.json().at("code"), "invalid_request");
  }
  const Answer too_long = post(R"({"source":{"key":"inbox/)" + std::string(600, 'a') + R"("}})");
  EXPECT_EQ(too_long.status, 400);
  EXPECT_THAT(text_of(too_long.json(), "detail"), HasSubstr("512 in all"));
  const Answer none = post(R"({"source":{"key":"inbox/none.mov"}})");
  EXPECT_EQ(none.status, 404);
  EXPECT_THAT(text_of(none.json(), "detail"), HasSubstr("inbox/none.mov"));
  EXPECT_EQ(count(), 0U);
}

TEST_F(Imports, AreNotFetched) {
  const Answer answer = post(R"({"source":{"url":"https://example.org/a.mp4"}})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.json().at("code"), "fetch_blocked");
  EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("source.key"));
}

TEST_F(Imports, AreAsLargeAsUploadsMayBe) {
  put("inbox/empty", "");
  EXPECT_EQ(post(R"({"source":{"key":"inbox/empty"}})").status, 422);
  start({.max_upload_bytes = 9});
  EXPECT_EQ(post(kHoliday).status, 413);
  start({.max_upload_bytes = 10});
  EXPECT_EQ(post(kHoliday).status, 201);
  EXPECT_EQ(post(std::string(65 * 1024, ' ')).status, 413) << "the document";
}

TEST_F(Imports, AreMadeOnceForAKey) {
  const char* key = "Idempotency-Key: k\r\n";
  const Answer first = post(kHoliday, key);
  const Answer second = post(kHoliday, key);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(second.json().at("id"), first.json().at("id"));
  put("inbox/holidax.mov", "of a name as long");
  EXPECT_EQ(post(R"({"source":{"key":"inbox/holidax.mov"}})", key).status, 422);
  EXPECT_EQ(count(), 1U);
}

TEST_F(Imports, FreeTheirKeyWhenTheyFail) {
  const char* key = "Idempotency-Key: k\r\n";
  const char* later = R"({"source":{"key":"inbox/later.mov"}})";
  EXPECT_EQ(post(later, key).status, 404);
  put("inbox/later.mov", "bytes");
  EXPECT_EQ(post(later, key).status, 201);
}

TEST_F(Imports, AreWaitedFor) { EXPECT_EQ(post(kHoliday, "Prefer: wait=0\r\n").status, 202); }

TEST_F(Imports, ComeByPost) {
  EXPECT_EQ(ask("PUT", "/v1/videos", "Content-Type: application/json\r\n", kHoliday).status, 415);
}

TEST_F(Imports, AreRefusedWhenTheStoreIsAway) {
  store_.fail_all(Error{ErrorCode::storage_unavailable, "away"});
  EXPECT_EQ(post(kHoliday).status, 503);
  EXPECT_EQ(count(), 0U);
}

}  // namespace
}  // namespace vodmill
