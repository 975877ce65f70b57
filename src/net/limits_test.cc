// What one client may have of a server, on real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_server.h"

namespace vodmill::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kAsk = "GET /client HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::int64_t kLarge = 64 << 20;

class Megabytes final : public BodySource {
 public:
  Async<Bytes> next() override { co_return Bytes(1 << 20, std::byte{'x'}); }
};

// GET /large: 64 MiB. Else the body is read, and the answer is whose request it was.
Async<> serve(Request& request, ResponseWriter& response) {
  if (request.path() == "/large") {
    Megabytes source;
    co_return co_await response.send_from({}, kLarge, source);
  }
  const Result<std::string> body = co_await read_all(request.body, 1'000'000);
  if (!body) co_return fail(body.error());
  Response answer{.head = {.status = 200}, .body = request.client_address};
  co_return co_await response.send(std::move(answer));
}

std::string ask(TestServer& server, const char* source) {
  TestClient client(server.port(), source);
  client.send(kAsk);
  return client.read_answer();
}

TEST(ConnectionLimits, OneClientDoesNotShutOutTheOthers) {
  TestServer server(serve, {.max_connections = 3, .max_client_connections = 1});
  TestClient first(server.port());
  first.send(kAsk);
  EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 200 "));
  TestClient second(server.port());
  const std::string refusal = second.read_answer();
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(refusal, HasSubstr("\r\nRetry-After: "));
  EXPECT_THAT(refusal, HasSubstr("\"code\":\"rate_limited\""));
  EXPECT_THAT(refusal, HasSubstr("\"retryable\":true"));
  std::vector<TestClient> flood;
  for (int i = 0; i < 300; ++i) flood.emplace_back(server.port());
  EXPECT_THAT(ask(server, "127.0.0.2"), StartsWith("HTTP/1.1 200 "));
}

TEST(ConnectionLimits, AConnectionThatEndsMakesRoom) {
  TestServer server(serve, {.max_client_connections = 1});
  for (int i = 0; i < 20; ++i) {
    std::string answer;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    // The server sees the end of the one before a moment later.
    while (!answer.starts_with("HTTP/1.1 200") && std::chrono::steady_clock::now() < patience) {
      answer = ask(server, "127.0.0.1");
    }
    ASSERT_THAT(answer, StartsWith("HTTP/1.1 200 ")) << i;
  }
}

TEST(ConnectionLimits, AFullServerSaysWhenToComeBack) {
  TestServer server(serve, {.max_connections = 1});
  TestClient first(server.port());
  first.send(kAsk);
  first.read_answer();
  const std::string refusal = ask(server, "127.0.0.2");
  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, HasSubstr("\r\nRetry-After: "));
}

TEST(ConnectionLimits, DoNotCountATrustedProxysConnections) {
  TestServer server(serve, {.max_client_connections = 0, .trusted_proxies = {"127.0.0.1"}});
  EXPECT_THAT(ask(server, "127.0.0.1"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(server, "127.0.0.2"), StartsWith("HTTP/1.1 429 "));
}

TEST(ClientsAddress, IsWhatATrustedProxySaysAndNobodyElse) {
  TestServer server(serve, {.trusted_proxies = {"127.0.0.1"}});
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n";
  TestClient proxy(server.port());
  proxy.send(request);
  EXPECT_THAT(proxy.read_answer(), testing::EndsWith("\r\n\r\n192.0.2.7"));
  TestClient liar(server.port(), "127.0.0.2");
  liar.send(request);
  EXPECT_THAT(liar.read_answer(), testing::EndsWith("\r\n\r\n127.0.0.2"));
}

TEST(SlowClients, AreEndedInTheirHead) {
  TestServer server(serve, {.header_timeout = Milliseconds(50)});
  TestClient client(server.port());
  client.send_slowly("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(16'000, 'a'));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 408 "));
}

TEST(SlowClients, AreEndedInEmptyLinesBeforeTheirHead) {
  TestServer server(serve, {.keep_alive_timeout = Milliseconds(50)});
  TestClient client(server.port());
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  bool open = true;
  while (open && std::chrono::steady_clock::now() < patience) open = client.send("\r\n");
  EXPECT_FALSE(open);
}

TEST(SlowClients, AreEndedInABodyThatNeverPausesForLong) {
  TestServer server(serve, {.body_timeout = Milliseconds(50), .minimum_rate = 100'000});
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  client.send_slowly(std::string(100'000, 'x'));
  const std::string answer = client.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(answer, HasSubstr("too slowly"));
}

TEST(SlowClients, AreEndedInChunksThatNeverPauseForLong) {
  TestServer server(serve, {.body_timeout = Milliseconds(50), .minimum_rate = 100'000});
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string chunks;
  for (int i = 0; i < 20'000; ++i) chunks += "1\r\nx\r\n";
  client.send_slowly(chunks);
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 408 "));
}

TEST(SlowClients, AreEndedWhileTheyReadDropByDrop) {
  TestServer server(serve, {.write_timeout = Milliseconds(50), .minimum_rate = 1'000'000'000});
  TestClient client(server.port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  std::int64_t read = 0;
  while (const std::size_t bytes = client.read_some(100)) {
    read += static_cast<std::int64_t>(bytes);
    std::this_thread::yield();
  }
  EXPECT_LT(read, kLarge);
}

}  // namespace
}  // namespace vodmill::net
