#include "net/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "net/test_server.h"

namespace vodmill::net {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

Async<> count(Request& request, ResponseWriter& response) {
  const Result<std::string> body = co_await read_all(request.body, 1000);
  if (!body) co_return fail(body.error());
  Response answer{.head = {.status = 202}, .body = std::string(3, 'x')};
  co_return co_await response.send(std::move(answer));
}

struct Heard {
  std::string route;
  std::string id;
  int status = 0;
  bool whole = false;
  std::int64_t received = 0;
  std::int64_t sent = 0;
  bool operator==(const Heard&) const = default;
};

class ExchangeTest : public testing::Test {
 protected:
  ExchangeTest() {
    router_.add(Method::post, "/things/{id}", count);
    ServerHooks hooks{
        .handler = [this](Request& request,
                          ResponseWriter& response) { return router_.handle(request, response); },
        .error_answer = [](const Error& error,
                           const Request&) { return problem({400, error.code, error.message}); },
        .decorate = {},
        .ended = [this](const Exchange& exchange) { hear(exchange); }};
    server_ = std::make_unique<TestServer>(std::move(hooks), ServerOptions());
  }

  std::string ask(std::string_view text) {
    TestClient client(server_->port());
    client.send(text);
    return client.read_all();
  }

  std::vector<Heard> heard() {
    const std::lock_guard hold(mutex_);
    return heard_;
  }

 private:
  void hear(const Exchange& exchange) {
    const std::lock_guard hold(mutex_);
    EXPECT_EQ(exchange.peer_address, "127.0.0.1");
    const Request* request = exchange.request;
    heard_.push_back({.route = request ? std::string(request->route) : "unread",
                      .id = request ? request->id : "",
                      .status = exchange.status,
                      .whole = exchange.whole,
                      .received = exchange.received_bytes,
                      .sent = exchange.sent_bytes});
  }

  std::mutex mutex_;
  std::vector<Heard> heard_;
  Router router_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(ExchangeTest, IsToldWithItsRouteAndBytes) {
  const std::string answer =
      ask("POST /things/7 HTTP/1.1\r\nHost: x\r\nX-Request-Id: a-b_c.1\r\nConnection: close\r\n"
          "Content-Length: 5\r\n\r\nhello");
  EXPECT_THAT(answer, HasSubstr("\r\nX-Request-Id: a-b_c.1\r\n"));
  const std::vector<Heard> expected{{"/things/{id}", "a-b_c.1", 202, true, 5, 3}};
  EXPECT_EQ(heard(), expected);
}

TEST_F(ExchangeTest, IsToldAlsoWhereNothingWasServed) {
  ask("POST /nothing HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\r\nConnection: close\r\n\r\n");
  ask("nonsense\r\n\r\n");
  const std::vector<Heard> all = heard();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].route, "");
  EXPECT_EQ(all[0].status, 404);
  EXPECT_EQ(all[1].route, "unread");
  EXPECT_EQ(all[1].status, 400);
}

TEST_F(ExchangeTest, GetsAnIdThatIsFitForLogs) {
  ask("POST /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\"\r\nConnection: close\r\n\r\n");
  ask("POST /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + std::string(65, 'a') +
      "\r\nConnection: close\r\n\r\n");
  const std::vector<Heard> all = heard();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NE(all[0].id, all[1].id);
  for (const Heard& one : all) EXPECT_THAT(one.id, MatchesRegex("[0-9a-z]{26}"));
}

}  // namespace
}  // namespace vodmill::net
