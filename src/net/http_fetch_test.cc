#include "net/http_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/gzip.h"
#include "net/router.h"
#include "net/test_server.h"

namespace vodmill::net {
namespace {

constexpr std::int64_t kLongest = 1000;

Async<> tell_origin(Request& request, ResponseWriter& response) {
  Response answer{
      .head = {.headers = {{"X-Origin", std::string(request.header("Origin").value_or("none"))}}},
      .body = "hello"};
  co_return co_await response.send(std::move(answer));
}

Async<> send_packed(Request& request, ResponseWriter& response) {
  Response answer{.head = {}, .body = std::string(5000, 'x')};
  if (accepts_gzip(request.header("Accept-Encoding"))) {
    answer.body = gzip(answer.body).value();
    answer.head.headers.add("Content-Encoding", "gzip");
  }
  co_return co_await response.send(std::move(answer));
}

Handler lead_to(std::string place) {
  return [place = std::move(place)](Request&, ResponseWriter& response) -> Async<> {
    Response answer{.head = {.status = 302, .headers = {{"Location", place}}}, .body = ""};
    return response.send(std::move(answer));
  };
}

class HttpFetchTest : public testing::Test {
 protected:
  HttpFetchTest() {
    router_.add(Method::get, "/origin", tell_origin);
    router_.add(Method::get, "/packed", send_packed);
    router_.add(Method::get, "/moved", lead_to("/origin"));
    router_.add(Method::get, "/round", lead_to("/round"));
    router_.add(Method::get, "/file", lead_to("file:///etc/passwd"));
    server_ = std::make_unique<TestServer>(
        [this](Request& request, ResponseWriter& response) {
          return router_.handle(request, response);
        },
        ServerOptions());
  }

  Result<Fetched> get(const std::string& path, FetchRequest request = {}) {
    request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    if (request.longest_body == 0) request.longest_body = kLongest;
    return http_.get(request);
  }

  Router router_;
  std::unique_ptr<TestServer> server_;
  HttpFetch http_;
};

TEST_F(HttpFetchTest, TellsStatusHeadersAndBody) {
  const auto answer = get("/origin", {.url = {}, .headers = {{"Origin", "https://a.example"}}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->headers.find("X-Origin"), "https://a.example");
  EXPECT_EQ(as_text(answer->body), "hello");
  EXPECT_EQ(answer->redirects, 0);
  EXPECT_EQ(get("/nothing").value().status, 404);
}

TEST_F(HttpFetchTest, CountsRedirectsAndForgetsTheirHeaders) {
  const auto answer = get("/moved");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->redirects, 1);
  EXPECT_TRUE(answer->url.ends_with("/origin")) << answer->url;
  EXPECT_FALSE(answer->headers.contains("Location"));
  EXPECT_EQ(get("/round").error().code, ErrorCode::fetch_failed);
}

TEST_F(HttpFetchTest, ReadsNoFilesForAServer) {
  EXPECT_EQ(get("/file").error().code, ErrorCode::fetch_failed);
  EXPECT_EQ(http_.get({.url = "file:///etc/passwd", .headers = {}, .longest_body = kLongest})
                .error()
                .code,
            ErrorCode::fetch_failed);
}

TEST_F(HttpFetchTest, UnpacksAndBoundsWhatIsUnpacked) {
  const FetchRequest whole{.url = {}, .headers = {}, .may_be_gzip = true, .longest_body = 5000};
  const auto answer = get("/packed", whole);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->headers.find("Content-Encoding"), "gzip");
  EXPECT_EQ(answer->body.size(), 5000U);
  const FetchRequest less{.url = {}, .headers = {}, .may_be_gzip = true, .longest_body = 4999};
  EXPECT_EQ(get("/packed", less).error().code, ErrorCode::fetch_failed);
  EXPECT_FALSE(get("/packed", {.url = {}, .headers = {}, .longest_body = 5000})
                   .value()
                   .headers.contains("Content-Encoding"));
}

TEST(ResolveUrl, FollowsHttpAlone) {
  const std::string base = "http://a.example/x/index.m3u8?key=1";
  EXPECT_EQ(resolve_url(base, "v0/1.m4s"), "http://a.example/x/v0/1.m4s");
  EXPECT_EQ(resolve_url(base, "../1.m4s?b"), "http://a.example/1.m4s?b");
  EXPECT_EQ(resolve_url(base, "//b.example/1"), "http://b.example/1");
  EXPECT_EQ(resolve_url(base, "https://b.example/1"), "https://b.example/1");
  EXPECT_EQ(resolve_url(base, "file:///etc/passwd"), std::nullopt);
  EXPECT_EQ(resolve_url(base, "data:text/plain,x"), std::nullopt);
  EXPECT_EQ(resolve_url("index.m3u8", "1.m4s"), std::nullopt);
}

}  // namespace
}  // namespace vodmill::net
