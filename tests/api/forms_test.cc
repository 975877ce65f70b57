#include "api/world.h"

namespace vodmill {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string file_part(std::string_view content, std::string_view filename = "a.mp4",
                      std::string_view name = "file") {
  std::string part("--XX\r\nContent-Disposition: form-data; name=\"");
  part.append(name).append("\"; filename=\"").append(filename).append("\"\r\n");
  return part.append("Content-Type: video/mp4\r\n\r\n").append(content).append("\r\n");
}

std::string field(std::string_view name, std::string_view value) {
  std::string part("--XX\r\nContent-Disposition: form-data; name=\"");
  return part.append(name).append("\"\r\n\r\n").append(value).append("\r\n");
}

constexpr const char* kEnd = "--XX--\r\n";

class Forms : public ApiTest {
 protected:
  Answer post(const std::string& body, std::string_view query = "") {
    return ask("POST", "/v1/videos" + std::string(query),
               "Content-Type: multipart/form-data; boundary=XX\r\n", body);
  }
  void expect_refused(const std::string& body, std::string_view sentence,
                      std::string_view code = "invalid_request") {
    const Answer answer = post(body);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(text_of(answer.json(), "code"), code);
    EXPECT_EQ(answer.json().at("retryable"), code == "incomplete_body");
    EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr(std::string(sentence)));
    EXPECT_THAT(must(run(videos_.list({}))).videos, IsEmpty());
    EXPECT_THAT(store_.objects(), IsEmpty());
  }
  std::string stored(const json::object& video) {
    return std::string(as_text(store_.objects().at(text_of(video, "id") + "/source")));
  }
};

TEST_F(Forms, CarryAVideoWithFieldsBeforeAndAfterIt) {
  const Answer answer = post(field("priority", "7") + field("submit", "Upload") +
                             field("owner", "anna") + file_part("some bytes", "my %22film%22.mp4") +
                             field("metadata", R"({"title":"x"})") + kEnd);
  ASSERT_EQ(answer.status, 201) << answer.body;
  const json::object video = answer.json();
  EXPECT_EQ(answer.header("Location"), "/v1/videos/" + text_of(video, "id"));
  EXPECT_EQ(video.at("size"), 10);
  EXPECT_EQ(video.at("priority"), 7);
  EXPECT_EQ(video.at("owner"), "anna");
  EXPECT_EQ(video.at("metadata"), (json::object{{"title", "x"}, {"filename", "my \"film\".mp4"}}));
  EXPECT_EQ(stored(video), "some bytes");
}

TEST_F(Forms, OfAPathOfWindowsTheNameIsKept) {
  const json::object video = post(file_part("x", R"(C:\fakepath\x.mp4)") + kEnd).json();
  EXPECT_EQ(video.at("metadata"), (json::object{{"filename", "x.mp4"}}));
}

TEST_F(Forms, ReplaceWhatTheQuerySays) {
  const json::object video =
      post(field("priority", "7") + file_part("x") + kEnd, "?priority=3&metadata=%7B%22a%22:1%7D")
          .json();
  EXPECT_EQ(video.at("priority"), 7);
  EXPECT_EQ(video.at("metadata"), (json::object{{"a", 1}, {"filename", "a.mp4"}}));
}

TEST_F(Forms, CarryLargeVideosThatLookLikeBoundaries) {
  std::string content;
  for (int i = 0; content.size() < 3'000'000; ++i) {
    content += "\r\n--X" + std::string(static_cast<std::size_t>(i % 700), '\r');
  }
  const Answer answer = post(file_part(content) + kEnd);
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(stored(answer.json()), content);
}

TEST_F(Forms, MayComeInChunksThatCutBoundaries) {
  const std::string body = file_part("some bytes") + field("priority", "4") + kEnd;
  std::string chunked;
  for (const char c : body) chunked += std::string("1\r\n") + c + "\r\n";
  const Answer answer = ask("POST", "/v1/videos",
                            "Content-Type: multipart/form-data; boundary=XX\r\n"
                            "Transfer-Encoding: chunked\r\n",
                            chunked + "0\r\n\r\n");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(stored(answer.json()), "some bytes");
  EXPECT_EQ(answer.json().at("priority"), 4);
}

TEST_F(Forms, MayHaveFileFieldsThatWereLeftEmpty) {
  const Answer answer =
      post(file_part("", "", "first") + file_part("some bytes") + file_part("", "", "last") + kEnd);
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(stored(answer.json()), "some bytes");
}

TEST_F(Forms, AreRefusedWithoutAVideo) {
  expect_refused(field("priority", "7") + kEnd, "no file");
  expect_refused(file_part("", "") + kEnd, "no file");
  expect_refused(file_part("") + kEnd, "empty");
  expect_refused(kEnd, "no file");
}

TEST_F(Forms, AreRefusedWithTwoVideos) {
  expect_refused(file_part("some bytes") + file_part("others") + kEnd, "more than one file");
}

TEST_F(Forms, AreRefusedWhenCutShort) {
  expect_refused(file_part("some bytes"), "cut short", "incomplete_body");
  expect_refused(file_part("some bytes") + field("priority", "7"), "cut short", "incomplete_body");
  expect_refused(file_part("some bytes") + "--XX-", "cut short", "incomplete_body");
  expect_refused("some bytes", "cut short", "incomplete_body");
}

TEST_F(Forms, LeaveNothingWhenTheConnectionBreaks) {
  net::TestClient client = connect();
  client.send(
      "POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n"
      "Content-Type: multipart/form-data; boundary=XX\r\n\r\n");
  client.send(file_part(std::string(1'500'000, 'x')));
  client.end_sending();
  const Answer answer = answer_to("POST", "/v1/videos", client);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("code"), "incomplete_body");
  EXPECT_EQ(answer.json().at("retryable"), true);
  EXPECT_THAT(store_.objects(), IsEmpty());
}

TEST_F(Forms, AreRefusedWithWrongFields) {
  for (const std::string& wrong :
       {field("priority", "-1"), field("metadata", "[]"),
        field("metadata", "{\"a\":\"" + std::string(9000, 'x') + "\"}")}) {
    expect_refused(wrong + file_part("some bytes") + kEnd, wrong.contains("[]") ? "JSON" : "");
    expect_refused(file_part("some bytes") + wrong + kEnd, "");
  }
  expect_refused(field("other", std::string(70'000, 'x')) + file_part("some bytes") + kEnd,
                 "\"other\" is longer than 64 KiB");
  expect_refused("--XX\r\nContent-Type: video/mp4\r\n\r\nsome bytes\r\n--XX--", "no name");
}

TEST_F(Forms, NeedABoundary) {
  const Answer answer =
      ask("POST", "/v1/videos", "Content-Type: multipart/form-data\r\n", file_part("x") + kEnd);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(text_of(answer.json(), "detail"), HasSubstr("boundary"));
}

TEST_F(Forms, HaveTheLimitOfTheirFile) {
  start({.max_upload_bytes = 1000});
  EXPECT_EQ(post(file_part(std::string(1000, 'x')) + kEnd).status, 201);
  EXPECT_EQ(post(file_part(std::string(1001, 'x')) + kEnd).status, 413);
  net::TestClient client = connect();
  client.send(
      "POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99000000\r\n"
      "Content-Type: multipart/form-data; boundary=XX\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(answer_to("POST", "/v1/videos", client).status, 413);
  EXPECT_THAT(store_.objects(), SizeIs(1));
}

}  // namespace
}  // namespace vodmill
