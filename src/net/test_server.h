// For tests: a server on a loopback port with its own thread, and a client that speaks bytes.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/fd.h"
#include "net/refusal.h"
#include "net/server.h"

namespace vodmill::net {

class TestServer {
 public:
  TestServer(Handler handler, ServerOptions options)
      : TestServer(
            ServerHooks{
                .handler = std::move(handler), .error_answer = answer_error, .decorate = {}},
            std::move(options)) {}
  TestServer(ServerHooks hooks, ServerOptions options) {
    options.port = 0;
    Result<std::unique_ptr<Server>> server =
        Server::listen(io_.get_executor(), std::move(options), std::move(hooks), clock_);
    if (!server) throw std::runtime_error(server.error().message);
    server_ = std::move(*server);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~TestServer() {
    stop(Milliseconds(0));
    busy_.reset();
    thread_.join();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::uint16_t port() const { return server_->port(); }

  std::future<void> begin_stop(Milliseconds grace) {
    return asio::co_spawn(io_, server_->stop(grace), asio::use_future);
  }
  void stop(Milliseconds grace) { begin_stop(grace).get(); }

 private:
  static Response answer_error(const Error& error, const Request&) {
    const int status = error.code == ErrorCode::invalid_request      ? 400
                       : error.code == ErrorCode::not_found          ? 404
                       : error.code == ErrorCode::size_exceeds_limit ? 413
                                                                     : 500;
    return problem({status, error.code, error.message});
  }

  SystemClock clock_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy_ = asio::make_work_guard(io_);
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

class TestClient {
 public:
  // `source`: the address it comes from; every one of 127.0.0.0/8 is ours.
  explicit TestClient(std::uint16_t port, const char* source = "127.0.0.1")
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const sockaddr_in from = ipv4(source, 0);
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from), 0);
    const sockaddr_in to = ipv4("127.0.0.1", port);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }

  // False once the server has closed or reset the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }

  // Sends a byte, then a while later the next one, until they are all sent or the server has
  // something to say.
  void send_slowly(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size() && !is_readable(); ++i) send(bytes.substr(i, 1));
  }
  // Takes so many bytes at most; 0 at the end of the connection.
  std::size_t read_some(std::size_t bytes) {
    std::string piece(bytes, '\0');
    return static_cast<std::size_t>(
        std::max<ssize_t>(0, ::recv(fd_.get(), piece.data(), bytes, 0)));
  }

  // Everything up to and including `mark`, or up to the end where it never comes.
  std::string read_until(std::string_view mark) {
    while (!received_.contains(mark) && receive()) {
    }
    const std::size_t at = received_.find(mark);
    return take(at == std::string::npos ? received_.size() : at + mark.size());
  }
  // So many bytes; fewer only at the end of the connection.
  std::string read_exactly(std::size_t bytes) {
    while (received_.size() < bytes && receive()) {
    }
    return take(bytes);
  }
  // Everything that still comes until the server closes. A reset or silence adds "<broken>".
  std::string read_all() {
    while (receive()) {
    }
    return take(received_.size()) + (broken_ ? "<broken>" : "");
  }
  // One answer that has a Content-Length.
  std::string read_answer() {
    const std::string head = read_until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    while (received_.size() < length && receive()) {
    }
    return head + take(std::min(length, received_.size()));
  }

 private:
  static sockaddr_in ipv4(const char* text, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, text, &address.sin_addr);
    return address;
  }
  bool is_readable() {
    pollfd state{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, 2) > 0;
  }
  bool receive() {
    std::array<char, 65536> piece{};
    const ssize_t bytes = ::recv(fd_.get(), piece.data(), piece.size(), 0);
    if (bytes > 0) received_.append(piece.data(), static_cast<std::size_t>(bytes));
    broken_ = bytes < 0;
    return bytes > 0;
  }
  std::string take(std::size_t bytes) {
    std::string text = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return text;
  }

  Fd fd_;
  std::string received_;
  bool broken_ = false;
};

}  // namespace vodmill::net
