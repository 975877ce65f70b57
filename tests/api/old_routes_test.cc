#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string field(std::string_view name, std::string_view value) {
  std::string part("--XX\r\nContent-Disposition: form-data; name=\"");
  return part.append(name).append("\"\r\n\r\n").append(value).append("\r\n");
}

std::string file(std::string_view name) {
  std::string part("--XX\r\nContent-Disposition: form-data; name=\"");
  return part.append(name).append("\"; filename=\"a.mp4\"\r\n\r\nsome bytes\r\n");
}

constexpr const char* kEnd = "--XX--\r\n";
constexpr const char* kForm = "Content-Type: multipart/form-data; boundary=XX\r\n";

class OldRoutes : public ApiTest {
 protected:
  OldRoutes() { start({.compat_routes = true}); }

  Answer post(const std::string& form, std::string_view path = "/api/video/upload") {
    return ask("POST", path, kForm, form);
  }

  // Sends a form that waits for its video's end, and finds the video.
  VideoId begin_process(net::TestClient& client, std::string_view headers = "") {
    const std::string form = field("studentId", "s1") + file("video") + kEnd;
    std::string text("POST /api/video/upload-process HTTP/1.1\r\nHost: localhost\r\n");
    text.append("Connection: close\r\nContent-Length: ").append(std::to_string(form.size()));
    text.append("\r\n").append(kForm).append(headers).append("\r\n").append(form);
    client.send(text);
    VideoPage page;
    while (page.videos.empty()) page = must(run(videos_.list({})));
    return page.videos[0].id;
  }
};

TEST_F(OldRoutes, AreThereOnlyWhenAskedFor) {
  start({});
  EXPECT_EQ(post(file("video") + kEnd).status, 404);
  EXPECT_EQ(post(file("video") + kEnd, "/api/video/upload-process").status, 404);
  EXPECT_EQ(get("/api/video/status/x").status, 404);
  EXPECT_THAT(store_.objects(), IsEmpty());
}

TEST_F(OldRoutes, AnswerAnUploadWithWhereToAsk) {
  for (const char* name : {"video", "file"}) {
    const Answer answer = post(file(name) + kEnd);
    ASSERT_EQ(answer.status, 202) << answer.body;
    const json::object object = answer.json();
    const std::string id = text_of(object, "videoId");
    EXPECT_EQ(text_of(object, "jobId"), id);
    EXPECT_EQ(object.at("status"), "queued");
    EXPECT_EQ(object.at("success"), true);
    EXPECT_EQ(text_of(object, "statusUrl"), "/api/video/status/" + id);
    EXPECT_EQ(answer.header("Location"), "/api/video/status/" + id);
    EXPECT_EQ(as_text(store_.objects().at(id + "/source")), "some bytes");
    EXPECT_EQ(get("/v1/videos/" + id).json().at("status"), "pending");
  }
}

TEST_F(OldRoutes, KeepTheFormsFieldsAsMetadata) {
  const Answer answer =
      post(field("studentId", "s1") + field("metadata", R"({"course":7})") + file("video") +
           field("submissionId", "\xc3\xa4 \"quoted\"") + field("priority", "7") + kEnd);
  ASSERT_EQ(answer.status, 202) << answer.body;
  const json::object video = get("/v1/videos/" + text_of(answer.json(), "videoId")).json();
  EXPECT_EQ(video.at("metadata"), (json::object{{"studentId", "s1"},
                                                {"course", 7},
                                                {"submissionId", "\xc3\xa4 \"quoted\""},
                                                {"filename", "a.mp4"}}));
  EXPECT_EQ(video.at("priority"), 7);
}

TEST_F(OldRoutes, RefuseFieldsThatCannotBeMetadata) {
  const std::string long_text(5000, 'x');
  for (const std::string& fields :
       {field("a", "\xff"), field("\xff", "a"), field("a", long_text) + field("b", long_text)}) {
    for (const std::string& form : {fields + file("video") + kEnd, file("video") + fields + kEnd}) {
      const Answer answer = post(form);
      EXPECT_EQ(answer.status, 400) << answer.body;
      EXPECT_EQ(answer.json().at("code"), "invalid_request");
    }
  }
  EXPECT_THAT(store_.objects(), IsEmpty());
  EXPECT_EQ(post(field("studentId", "s1") + kEnd).status, 400);
}

TEST_F(OldRoutes, TellTheStatusByIdAndByJob) {
  const std::string id = text_of(post(file("video") + kEnd).json(), "jobId");
  for (const std::string& path : {"/api/video/status/" + id, "/api/video/status?jobId=" + id,
                                  "/api/video/status?videoId=" + id}) {
    const json::object object = get(path).json();
    EXPECT_EQ(text_of(object, "jobId"), id) << path;
    EXPECT_EQ(object.at("status"), "queued");
    EXPECT_EQ(object.at("progress"), 0);
    EXPECT_EQ(object.at("hlsUrl"), nullptr);
    EXPECT_EQ(object.at("error"), nullptr);
  }
  EXPECT_EQ(get("/api/video/status/nothing").status, 404);
  EXPECT_EQ(get("/api/video/status").status, 404);
}

TEST_F(OldRoutes, TellTheEnd) {
  const VideoId done(text_of(post(file("video") + kEnd).json(), "jobId"));
  const GenerationLease lease = coordinate(done);
  EXPECT_EQ(get("/api/video/status/" + done.str()).json().at("status"), "processing");
  plan(lease);
  complete(lease);
  const json::object object = get("/api/video/status/" + done.str()).json();
  EXPECT_EQ(object.at("status"), "completed");
  EXPECT_EQ(object.at("progress"), 100);
  EXPECT_EQ(text_of(object, "hlsUrl"), "/play/" + done.str() + "/index.m3u8");
  EXPECT_EQ(object.at("url"), object.at("hlsUrl"));

  const VideoId gone(text_of(post(file("video") + kEnd).json(), "jobId"));
  must(run(videos_.cancel(gone)));
  const json::object cancelled = get("/api/video/status/" + gone.str()).json();
  EXPECT_EQ(cancelled.at("status"), "failed");
  EXPECT_EQ(cancelled.at("errorCode"), "cancelled");
}

TEST_F(OldRoutes, AnswerAProcessedUploadWithWhereItPlays) {
  net::TestClient client = connect();
  const VideoId id = begin_process(client);
  const GenerationLease lease = coordinate(id);
  plan(lease);
  complete(lease);
  const Answer answer = answer_to("POST", "/api/video/upload-process", client);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json().at("success"), true);
  EXPECT_EQ(text_of(answer.json(), "hlsUrl"), "/play/" + id.str() + "/index.m3u8");
  EXPECT_EQ(answer.json().at("metadata").at("studentId"), "s1");
}

TEST_F(OldRoutes, AnswerAProcessedUploadThatFailedWithWhy) {
  net::TestClient client = connect();
  const VideoId id = begin_process(client);
  must(run(generations_.fail(coordinate(id), {ErrorCode::not_a_video, "It is a poem."})));
  const Answer answer = answer_to("POST", "/api/video/upload-process", client);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.json().at("success"), false);
  EXPECT_EQ(answer.json().at("error"), "It is a poem.");
  EXPECT_EQ(answer.json().at("errorCode"), "not_a_video");
}

TEST_F(OldRoutes, AnswerAProcessedUploadThatWasCancelled) {
  net::TestClient client = connect();
  must(run(videos_.cancel(begin_process(client))));
  const Answer answer = answer_to("POST", "/api/video/upload-process", client);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.json().at("success"), false);
}

TEST_F(OldRoutes, AnswerAProcessedUploadThatTakesTooLongWithWhereToAsk) {
  net::TestClient client = connect();
  const VideoId id = begin_process(client, "Prefer: wait=1\r\n");
  const Answer answer = answer_to("POST", "/api/video/upload-process", client);
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.json().at("success"), false);
  EXPECT_EQ(answer.json().at("status"), "queued");
  EXPECT_EQ(text_of(answer.json(), "statusUrl"), "/api/video/status/" + id.str());
}

TEST_F(OldRoutes, MakeOneVideoOfARequestThatIsSentAgain) {
  const std::string headers = std::string(kForm) + "Idempotency-Key: k\r\n";
  const std::string form = file("video") + kEnd;
  const Answer first = ask("POST", "/api/video/upload", headers, form);
  const Answer second = ask("POST", "/api/video/upload", headers, form);
  EXPECT_EQ(second.status, 202);
  EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(text_of(second.json(), "jobId"), text_of(first.json(), "jobId"));
  EXPECT_EQ(ask("POST", "/api/video/upload-process", headers, form).status, 422);
}

TEST_F(OldRoutes, AreGuardedLikeAllOthers) {
  const std::string headers = std::string(kForm) + "Origin: https://evil.example\r\n";
  EXPECT_EQ(ask("POST", "/api/video/upload", headers, file("video") + kEnd).status, 403);
  EXPECT_THAT(get("/api/video/status/x", "Host: evil.example\r\n").body,
              HasSubstr("host_not_allowed"));
}

}  // namespace
}  // namespace vodmill
