#include "api/world.h"

namespace vodmill {
namespace {

using Wait = ApiTest;

// Sends an upload that waits, and finds the video that it makes.
VideoId begin_waiting(net::TestClient& client, catalog::SqlVideoCatalog& videos, int seconds) {
  client.send(
      "POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
      "Connection: close\r\nPrefer: wait=" +
      std::to_string(seconds) + "\r\n\r\nsome bytes");
  VideoPage page;
  while (page.videos.empty()) page = must(run(videos.list({})));
  return page.videos[0].id;
}

TEST_F(Wait, EndsWithTheVideo) {
  net::TestClient client = connect();
  const VideoId id = begin_waiting(client, videos_, 60);
  const GenerationLease lease = coordinate(id);
  plan(lease);
  complete(lease);
  const Answer answer = answer_to("POST", "/v1/videos", client);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Preference-Applied"), "wait=60");
  EXPECT_EQ(answer.header("Location"), "/v1/videos/" + id.str());
  EXPECT_EQ(answer.json().at("status"), "completed");
  EXPECT_EQ(answer.json().at("progress"), 100);
}

TEST_F(Wait, EndsWithAVideoThatFails) {
  net::TestClient client = connect();
  const VideoId id = begin_waiting(client, videos_, 60);
  must(run(generations_.fail(coordinate(id), {ErrorCode::not_a_video, "It is a poem."})));
  const Answer answer = answer_to("POST", "/v1/videos", client);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json().at("error").at("code"), "not_a_video");
}

TEST_F(Wait, EndsWhenItsTimeIsOver) {
  for (const int seconds : {0, 1}) {
    net::TestClient client = connect();
    begin_waiting(client, videos_, seconds);
    const Answer answer = answer_to("POST", "/v1/videos", client);
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.json().at("status"), "pending");
    EXPECT_EQ(answer.header("Preference-Applied"), "wait=" + std::to_string(seconds));
  }
}

TEST_F(Wait, EndsWhenTheServerStops) {
  net::TestClient client = connect();
  const VideoId id = begin_waiting(client, videos_, 600);
  server_->stop(std::chrono::seconds(5));
  const Answer answer = answer_to("POST", "/v1/videos", client);
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(text_of(answer.json(), "id"), id.str());
}

TEST_F(Wait, EndsWhenTheVideoIsDeleted) {
  net::TestClient client = connect();
  const VideoId id = begin_waiting(client, videos_, 60);
  must(run(videos_.remove(id, Milliseconds(0))));
  EXPECT_EQ(answer_to("POST", "/v1/videos", client).status, 404);
}

TEST_F(Wait, EndsAlsoForAPutWhoseVideoIsDeleted) {
  net::TestClient client = connect();
  client.send(
      "PUT /v1/videos/a.mp4 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
      "Connection: close\r\nPrefer: wait=60\r\n\r\nsome bytes");
  VideoPage page;
  while (page.videos.empty()) page = must(run(videos_.list({})));
  must(run(videos_.remove(page.videos[0].id, Milliseconds(0))));
  EXPECT_EQ(answer_to("PUT", "/v1/videos/a.mp4", client).status, 404);
}

TEST_F(Wait, IsForRetriesToo) {
  const VideoId id = upload();
  must(run(videos_.cancel(id)));
  const std::string path = "/v1/videos/" + id.str() + "/retry";
  EXPECT_EQ(ask("POST", path).header("Preference-Applied"), "");
  const Answer answer = ask("POST", path, "Prefer: wait=0\r\n");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.json().at("generation"), 3);
}

TEST_F(Wait, IsForRequestsThatAreSentAgain) {
  const char* headers = "Prefer: wait=60\r\nIdempotency-Key: k\r\n";
  const Answer first = ask("POST", "/v1/videos", "Idempotency-Key: k\r\n", "some bytes");
  must(run(videos_.cancel(VideoId(text_of(first.json(), "id")))));
  const Answer second = ask("POST", "/v1/videos", headers, "some bytes");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.json().at("status"), "cancelled");
}

}  // namespace
}  // namespace vodmill
