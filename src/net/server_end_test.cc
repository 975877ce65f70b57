// How the server ends what takes too long, is too much, or is under way when it stops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/sse.h"
#include "net/test_fixture.h"

namespace vodmill::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

bool comes_to_one(const std::atomic<int>& count) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (count != 1 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  return count == 1;
}

class ServerEndTest : public ServerFixture {
 protected:
  ServerEndTest() {
    route(Method::post, "/count", &ServerEndTest::count);
    route(Method::get, "/events", &ServerEndTest::follow_events);
    route(Method::get, "/flood", &ServerEndTest::flood);
    route(Method::get, "/slow", &ServerEndTest::work_a_while);
  }
  // The server's handlers end with it, before what they count in.
  void TearDown() override { server_.reset(); }

  void route(Method method, std::string_view pattern,
             Async<> (ServerEndTest::*handler)(Request&, ResponseWriter&)) {
    router_.add(method, pattern, [this, handler](Request& request, ResponseWriter& response) {
      return (this->*handler)(request, response);
    });
  }

  Async<> count(Request& request, ResponseWriter& response) {
    ++handlers_begun_;
    return count_body(request, response);
  }

  Async<> follow_events(Request&, ResponseWriter& response) {
    const SystemClock clock;
    SseStream stream(response, clock);
    Result<> sent = co_await stream.open();
    if (sent) sent = co_await stream.send({.id = "1", .event = "created", .data = "{}"});
    if (!sent) co_return sent;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer wait(executor);
    while (!stream.ended()) {
      wait.expires_after(stream.until_heartbeat());
      co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
      if (stream.ended()) break;
      sent = co_await stream.keep_alive();
      if (!sent) break;
    }
    ++streams_ended_;
    co_return co_await stream.finish();
  }

  Async<> flood(Request&, ResponseWriter& response) {
    const std::string piece(100'000, 'x');
    Result<> result = co_await response.start({}, std::nullopt);
    while (result) result = co_await response.write(as_bytes(piece));
    ++streams_ended_;
    co_return result;
  }

  Async<> work_a_while(Request&, ResponseWriter& response) {
    ++handlers_begun_;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer wait(executor, Milliseconds(200));
    co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
    Response answer = text("done");
    co_return co_await response.send(std::move(answer));
  }

  std::atomic<int> streams_ended_ = 0;
  std::atomic<int> handlers_begun_ = 0;
};

TEST_F(ServerEndTest, EndsConnectionsThatAreTooSlow) {
  start({.header_timeout = Milliseconds(40),
         .keep_alive_timeout = Milliseconds(40),
         .body_timeout = Milliseconds(40)});
  TestClient head = client();
  head.send("GET /hello HTTP/1.1\r\nHo");
  EXPECT_THAT(head.read_answer(), StartsWith("HTTP/1.1 408 "));
  TestClient body = client();
  body.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  const std::string answer = body.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  TestClient silent = client();
  EXPECT_EQ(silent.read_all(), "");
}

TEST_F(ServerEndTest, EndsAClientThatDoesNotReadItsAnswer) {
  start({.write_timeout = Milliseconds(40)});
  TestClient connection = client();
  connection.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(comes_to_one(streams_ended_));
}

TEST_F(ServerEndTest, RefusesConnectionsOverTheLimit) {
  start({.max_connections = 1});
  TestClient first = client();
  first.send(kHello);
  EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 200 "));
  TestClient second = client();
  EXPECT_THAT(second.read_answer(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(ServerEndTest, StopEndsStreamsAndIdleConnectionsAtOnce) {
  start();
  TestClient idle = client();
  idle.send(kHello);
  idle.read_answer();
  TestClient stream = client();
  stream.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string begun = stream.read_until("data: {}\n\n");
  EXPECT_THAT(begun, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(begun, HasSubstr("id: 1\nevent: created\n"));
  server_->stop(Milliseconds(60'000));
  EXPECT_EQ(streams_ended_, 1);
  EXPECT_EQ(stream.read_all(), "\r\n0\r\n\r\n");
  EXPECT_EQ(idle.read_all(), "");
}

TEST_F(ServerEndTest, NoticesThatAStreamsClientHasGone) {
  start();
  TestClient stream = client();
  stream.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  stream.read_until("data: {}\n\n");
  stream.close();
  EXPECT_TRUE(comes_to_one(streams_ended_));
}

TEST_F(ServerEndTest, StopLetsARunningRequestFinish) {
  start();
  TestClient connection = client();
  connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(comes_to_one(handlers_begun_));
  server_->stop(Milliseconds(60'000));
  const std::string answer = connection.read_all();
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("done"));
}

TEST_F(ServerEndTest, StopAbortsWhatIsNotDoneInTime) {
  start();
  TestClient connection = client();
  connection.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  ASSERT_TRUE(comes_to_one(handlers_begun_));
  server_->stop(Milliseconds(20));
  EXPECT_THAT(connection.read_all(), Not(HasSubstr("200")));
}

}  // namespace
}  // namespace vodmill::net
