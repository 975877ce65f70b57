#include <thread>

#include "api/world.h"
#include "fakes/disk_space.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// printf 'some bytes' | sha256sum
constexpr const char* kSomeBytesSha256 =
    "0d22cdcc10e6d049dbe1af5123d50873fdfc1a4f58306e58cb6241be9472014d";

class Uploads : public ApiTest {
 protected:
  std::vector<Video> all() { return must(run(videos_.list({}))).videos; }
  void expect_nothing() {
    EXPECT_THAT(all(), IsEmpty());
    EXPECT_THAT(store_.objects(), IsEmpty());
  }
};

TEST_F(Uploads, AnswersTheVideoOnceItsBytesAreStored) {
  const Answer answer = ask("POST", "/v1/videos", "Content-Type: video/mp4\r\n", "some bytes");
  EXPECT_EQ(answer.status, 201);
  const json::object video = answer.json();
  const std::string id = text_of(video, "id");
  EXPECT_EQ(answer.header("Location"), "/v1/videos/" + id);
  EXPECT_EQ(video.at("status"), "pending");
  EXPECT_EQ(video.at("size"), 10);
  EXPECT_EQ(video.at("sha256"), kSomeBytesSha256);
  EXPECT_EQ(video.at("playback_url"), nullptr);
  ASSERT_THAT(store_.objects(), SizeIs(1));
  EXPECT_EQ(as_text(store_.objects().at(id + "/source")), "some bytes");
  EXPECT_EQ(get("/v1/videos/" + id).json(), video);
}

TEST_F(Uploads, TakesChunkedBodiesOfManyPieces) {
  std::string chunked;
  std::string whole;
  for (int i = 0; i < 40; ++i) {
    const std::string piece(100'000, static_cast<char>('a' + i % 26));
    whole += piece;
    chunked += "186a0\r\n" + piece + "\r\n";
  }
  const Answer answer =
      ask("POST", "/v1/videos", "Transfer-Encoding: chunked\r\n", chunked + "0\r\n\r\n");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.json().at("size"), 4'000'000);
  // python3 -c "print(''.join(chr(97+i%26)*100000 for i in range(40)),end='')" | sha256sum
  EXPECT_EQ(answer.json().at("sha256"),
            "ef25e512fa1bc9a50ad48af9f079a94d21056991d02a9b95f1c709e73abfcc89");
  const std::string id = text_of(answer.json(), "id");
  EXPECT_EQ(as_text(store_.objects().at(id + "/source")), whole);
}

TEST_F(Uploads, TakesPutWithAndWithoutAName) {
  const Answer named = ask("PUT", "/v1/videos/my%20holiday.mov", "", "some bytes");
  EXPECT_EQ(named.status, 201);
  EXPECT_EQ(named.json().at("metadata"), (json::object{{"filename", "my holiday.mov"}}));
  const Answer bare = ask("PUT", "/v1/videos", "", "some bytes");
  EXPECT_EQ(bare.status, 201);
  EXPECT_EQ(bare.json().at("metadata"), json::object());
}

TEST_F(Uploads, KeepsMetadataAndPriority) {
  const Answer answer =
      ask("POST", "/v1/videos?priority=7&metadata=%7B%22title%22%3A%22x%22%7D",
          "Content-Disposition: attachment; filename=\"a.mp4\"\r\n", "some bytes");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.json().at("priority"), 7);
  EXPECT_EQ(answer.json().at("metadata"), (json::object{{"title", "x"}, {"filename", "a.mp4"}}));
}

TEST_F(Uploads, KeepsForWhomTheyAre) {
  EXPECT_EQ(ask("POST", "/v1/videos", "", "some bytes").json().at("owner"), "");
  const Answer answer = ask("PUT", "/v1/videos?owner=anna%40example.org", "", "some bytes");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.json().at("owner"), "anna@example.org");
  EXPECT_EQ(get(answer.header("Location")).json().at("owner"), "anna@example.org");
  const std::string longest(64, 'x');
  const Answer long_one = ask("POST", "/v1/videos?owner=" + longest, "", "some bytes");
  EXPECT_EQ(text_of(long_one.json(), "owner"), longest);
}

TEST_F(Uploads, RefusesMetadataPriorityAndOwnersThatAreNone) {
  for (const std::string& query :
       {std::string("metadata=x"), std::string("metadata=[]"), std::string("priority=-1"),
        std::string("priority=1x"), std::string("priority=99999999999"), std::string("owner=a%20b"),
        std::string("owner=%C3%A9"), std::string("owner=a%0A"), "owner=" + std::string(65, 'x')}) {
    const Answer answer = ask("POST", "/v1/videos?" + query, "", "some bytes");
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(answer.json().at("code"), "invalid_request");
  }
  expect_nothing();
}

TEST_F(Uploads, RefusesJsonAndFormsByPut) {
  for (const auto& [method, type] : std::vector<std::pair<const char*, std::string>>{
           {"PUT", "multipart/form-data; boundary=x"}, {"PUT", "Application/JSON"}}) {
    const Answer answer = ask(method, "/v1/videos", "Content-Type: " + type + "\r\n", "some bytes");
    EXPECT_EQ(answer.status, 415);
    EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("curl -T"));
  }
  expect_nothing();
}

TEST_F(Uploads, RefusesPartsAndPackedBodies) {
  const Answer part = ask("PUT", "/v1/videos", "Content-Range: bytes 0-9/20\r\n", "some bytes");
  EXPECT_EQ(part.status, 400);
  EXPECT_THAT(text_of(part.json(), "detail"), HasSubstr("whole video"));
  const Answer packed = ask("POST", "/v1/videos", "Content-Encoding: gzip\r\n", "some bytes");
  EXPECT_EQ(packed.status, 415);
  EXPECT_EQ(packed.json().at("code"), "unsupported_media_type");
  expect_nothing();
  EXPECT_EQ(ask("POST", "/v1/videos", "Content-Encoding: Identity\r\n", "some bytes").status, 201);
}

TEST_F(Uploads, LeavesNothingOfABodyThatIsCutShort) {
  net::TestClient client = connect();
  client.send("POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(1'500'000, 'x'));
  client.end_sending();
  const Answer answer = answer_to("POST", "/v1/videos", client);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("code"), "incomplete_body");
  EXPECT_EQ(answer.json().at("retryable"), true) << "it says: send it again";
  expect_nothing();
}

TEST_F(Uploads, LeaveNothingWhenTheServerStops) {
  net::TestClient client = connect();
  client.send("POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(1'500'000, 'x'));
  while (store_.calls("write") == 0) std::this_thread::yield();
  server_->stop(Milliseconds(0));
  client.read_all();
  expect_nothing();
}

TEST_F(Uploads, RefusesAnEmptyBody) {
  for (const char* headers : {"", "Content-Length: 0\r\n"}) {
    EXPECT_EQ(ask("POST", "/v1/videos", headers).status, 400);
  }
  EXPECT_EQ(ask("POST", "/v1/videos", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n").status, 400);
  expect_nothing();
}

TEST_F(Uploads, RefusesTooMuchBeforeTheBodyIsSent) {
  start({.max_upload_bytes = 1000});
  net::TestClient client = connect();
  client.send(
      "POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n"
      "Expect: 100-continue\r\n\r\n");
  const Answer answer = answer_to("POST", "/v1/videos", client);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.json().at("code"), "size_exceeds_limit");
  EXPECT_EQ(store_.calls("create"), 0);
  EXPECT_EQ(ask("POST", "/v1/videos", "", std::string(1000, 'x')).status, 201);
}

TEST_F(Uploads, RefusesTooMuchThatWasNotDeclared) {
  start({.max_upload_bytes = 1000});
  const std::string body = "3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n";
  EXPECT_EQ(ask("POST", "/v1/videos", "Transfer-Encoding: chunked\r\n", body).status, 413);
  expect_nothing();
}

TEST_F(Uploads, SaysThatTheDiskIsFull) {
  for (const char* operation : {"create", "write", "commit"}) {
    store_.fail_call(operation, 1, {ErrorCode::disk_full, "write /secret: No space left"});
    const Answer answer = ask("POST", "/v1/videos", "", "some bytes");
    EXPECT_EQ(answer.status, 507) << operation;
    EXPECT_EQ(answer.json().at("code"), "disk_full");
    EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
  }
  expect_nothing();
}

TEST_F(Uploads, LeavesTheDiskTheRoomThatIsToStayFree) {
  FakeDisk disk(1009);
  start({.disk_floor = 1000}, {.space = &disk});
  const Answer answer = ask("POST", "/v1/videos", "", "some bytes");
  EXPECT_EQ(answer.status, 507);
  EXPECT_EQ(answer.json().at("code"), "disk_full");
  EXPECT_EQ(answer.json().at("retryable"), true);
  EXPECT_EQ(store_.calls("create"), 0) << "before the body";
  expect_nothing();
  const char* chunked = "Transfer-Encoding: chunked\r\n";
  disk.room = 999;
  EXPECT_EQ(ask("POST", "/v1/videos", chunked, "a\r\nsome bytes\r\n0\r\n\r\n").status, 507);
  disk.room = 1000;
  EXPECT_EQ(ask("POST", "/v1/videos", chunked, "a\r\nsome bytes\r\n0\r\n\r\n").status, 201);
  disk.room = 1010;
  EXPECT_EQ(ask("POST", "/v1/videos", "", "some bytes").status, 201);
}

TEST_F(Uploads, SayWhichRoomIsToStayFree) {
  FakeDisk disk(12'000'000);
  start({.disk_floor = 100'000'000}, {.space = &disk});
  const Answer answer = ask("POST", "/v1/videos", "", std::string(2'000'000, 'x'));
  EXPECT_EQ(answer.status, 507);
  EXPECT_THAT(text_of(answer.json(), "detail"),
              HasSubstr("12 MB left, less than the 2 MB of this upload and the 100 MB of "
                        "--disk-floor"));
}

TEST_F(Uploads, AreRefusedForWantOfRoomBeforeTheBodyIsSent) {
  FakeDisk disk(10'000);
  start({.disk_floor = 1000}, {.space = &disk});
  const std::string form = "Content-Type: multipart/form-data; boundary=x\r\n";
  for (const std::string& type : {std::string(), form}) {
    net::TestClient client = connect();
    client.send("POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9001\r\n" + type +
                "Expect: 100-continue\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(answer_to("POST", "/v1/videos", client).status, 507);
  }
}

TEST_F(Uploads, AreTriedWhenTheDiskCannotBeAsked) {
  FakeDisk disk(0);
  disk.outage = Error{ErrorCode::storage_unavailable, "EIO"};
  start({.disk_floor = 1000}, {.space = &disk});
  EXPECT_EQ(ask("POST", "/v1/videos", "", "some bytes").status, 201);
}

TEST_F(Uploads, AreCalledTooLargeWhereTheyAreThatToo) {
  FakeDisk disk(0);
  start({.max_upload_bytes = 9, .disk_floor = 1000}, {.space = &disk});
  EXPECT_EQ(ask("POST", "/v1/videos", "", "some bytes").status, 413);
}

TEST_F(Uploads, OfARequestThatIsSentAgainNeedNoRoom) {
  FakeDisk disk(2000);
  start({.disk_floor = 1000}, {.space = &disk});
  const char* key = "Idempotency-Key: k\r\n";
  const Answer first = ask("POST", "/v1/videos", key, "some bytes");
  disk.room = 0;
  const Answer again = ask("POST", "/v1/videos", key, "some bytes");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.json().at("id"), first.json().at("id"));
}

TEST_F(Uploads, AsksToComeBackWhenTheStoreIsAway) {
  store_.fail_all(Error{ErrorCode::storage_unavailable, "EIO"});
  const Answer answer = ask("POST", "/v1/videos", "", "some bytes");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  store_.fail_all(std::nullopt);
  expect_nothing();
}

TEST_F(Uploads, RemovesTheObjectOfAVideoThatCouldNotBeCreated) {
  // The store lets the database go before the row is written.
  store_.before = [this](std::string_view operation, const BlobKey&) -> asio::awaitable<void> {
    if (operation == "commit") database_->stop();
    co_return;
  };
  const Answer answer = ask("POST", "/v1/videos", "", "some bytes");
  EXPECT_GE(answer.status, 500);
  EXPECT_EQ(store_.calls("commit"), 1);
  EXPECT_THAT(store_.objects(), IsEmpty());
}

TEST_F(Uploads, OwesTheRemovalOfASourceThatNoVideoCameOf) {
  store_.before = [this](std::string_view operation, const BlobKey&) -> asio::awaitable<void> {
    if (operation == "commit") clock_.advance(std::chrono::hours(73));
    co_return;
  };
  store_.fail_call("remove", 1, Error{ErrorCode::storage_unavailable, "the store is away"});
  const Answer answer = ask("POST", "/v1/videos", "", "some bytes");
  EXPECT_EQ(answer.json().at("code"), "upload_expired");
  ASSERT_EQ(store_.objects().size(), 1U);
  const std::vector<SweepRow> due = run(outbox_.due_sweeps(10)).value();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].prefix, store_.objects().begin()->first);
}

}  // namespace
}  // namespace vodmill
