// For tests of the server: one with routes of the test's own, and two handlers that many want.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "net/router.h"
#include "net/test_server.h"

namespace vodmill::net {

inline Response text(std::string body) {
  return {.head = {.status = 200, .headers = {{"Content-Type", "text/plain"}}},
          .body = std::move(body)};
}

// GET /hello?name=NAME.
inline Async<> say_hello(Request& request, ResponseWriter& response) {
  Response answer = text("hello " + std::string(request.query("name").value_or("you")));
  co_return co_await response.send(std::move(answer));
}

// How many bytes a body has, and their sum.
inline Async<> count_body(Request& request, ResponseWriter& response) {
  std::vector<std::byte> piece(256 * 1024);
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  for (;;) {
    const Result<std::size_t> bytes = co_await request.body.read(piece);
    if (!bytes) co_return fail(bytes.error());
    if (*bytes == 0) break;
    count += *bytes;
    for (const std::byte byte : std::span(piece).first(*bytes)) {
      sum += static_cast<unsigned char>(byte);
    }
  }
  Response answer = text(std::to_string(count) + " bytes, sum " + std::to_string(sum));
  co_return co_await response.send(std::move(answer));
}

inline constexpr std::string_view kHello = "GET /hello?name=a%20b HTTP/1.1\r\nHost: x\r\n\r\n";

// The routes are added before start().
class ServerFixture : public testing::Test {
 protected:
  ServerFixture() { router_.add(Method::get, "/hello", say_hello); }

  TestServer& start(ServerOptions options = {}) {
    server_ = std::make_unique<TestServer>(
        [this](Request& request, ResponseWriter& response) {
          return router_.handle(request, response);
        },
        std::move(options));
    return *server_;
  }
  TestClient client() { return TestClient(server_->port()); }

  // The whole of what comes back for these bytes on a fresh connection.
  std::string exchange(std::string_view bytes) {
    TestClient connection = client();
    connection.send(bytes);
    connection.end_sending();
    return connection.read_all();
  }

  Router router_;
  std::unique_ptr<TestServer> server_;
};

}  // namespace vodmill::net
