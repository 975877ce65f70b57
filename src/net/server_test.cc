#include "net/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_fixture.h"

namespace vodmill::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Async<> read_little(Request& request, ResponseWriter& response) {
  const Result<std::string> body = co_await read_all(request.body, 10);
  if (!body) co_return fail(body.error());
  Response answer = text(*body);
  co_return co_await response.send(std::move(answer));
}

Async<> refuse(Request&, ResponseWriter&) {
  co_return fail(ErrorCode::size_exceeds_limit, "Too large for this server.");
}

Async<> break_down(Request&, ResponseWriter&) {
  throw std::runtime_error("broken");
  co_return Result<>();
}

Async<> promise_too_much(Request&, ResponseWriter& response) {
  const Result<> begun = co_await response.start({}, 10);
  if (!begun) co_return begun;
  const Result<> written = co_await response.write(as_bytes("only"));
  if (!written) co_return written;
  co_return co_await response.finish();
}

Async<> send_chunks(Request&, ResponseWriter& response) {
  Result<> result = co_await response.start({}, std::nullopt);
  if (result) result = co_await response.write(as_bytes("abc"));
  if (result) result = co_await response.write(as_bytes("0123456789abcdef"));
  if (!result) co_return result;
  co_return co_await response.finish();
}

class Pieces final : public BodySource {
 public:
  Async<Bytes> next() override {
    ++asked_;
    co_return Bytes(100'000, static_cast<std::byte>('a' + asked_));
  }
  int asked() const { return asked_; }

 private:
  int asked_ = -1;
};

Async<> play(Request& request, ResponseWriter& response) {
  Pieces pieces;
  ResponseHead head{.status = 200,
                    .headers = {{"X-Id", std::string(request.parameter("id"))},
                                {"X-Rest", std::string(request.parameter("rest"))}}};
  co_return co_await response.send_from(std::move(head), 300'000, pieces);
}

class ServerTest : public ServerFixture {
 protected:
  ServerTest() {
    router_.add(Method::post, "/count", count_body);
    router_.add(Method::patch, "/count", say_hello);
    router_.add(Method::post, "/little", read_little);
    router_.add(Method::post, "/refuse", refuse);
    router_.add(Method::get, "/broken", break_down);
    router_.add(Method::get, "/liar", promise_too_much);
    router_.add(Method::get, "/chunks", send_chunks);
    router_.add(Method::get, "/play/{id}/{rest...}", play);
  }
};

TEST_F(ServerTest, ServesRequestsOneAfterTheOtherOnOneConnection) {
  start();
  TestClient connection = client();
  for (int i = 0; i < 3; ++i) {
    connection.send(kHello);
    const std::string answer = connection.read_answer();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
    EXPECT_THAT(answer, Not(HasSubstr("Connection:")));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nhello a b"));
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  const std::string answers = exchange(
      "POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\1\2" + std::string(kHello) +
      "POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\n\7\r\n0\r\n\r\n\r\n" +
      "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::size_t first = answers.find("2 bytes, sum 3");
  const std::size_t second = answers.find("hello a b");
  const std::size_t third = answers.find("1 bytes, sum 7");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_THAT(answers, EndsWith("hello you"));
}

TEST_F(ServerTest, SendsNoBodyForHead) {
  start();
  TestClient connection = client();
  connection.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(connection.read_until("\r\n\r\n"), HasSubstr("Content-Length: 9\r\n"));
  connection.send("HEAD /play/1/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(connection.read_until("\r\n\r\n"), HasSubstr("Content-Length: 300000\r\n"));
  connection.send("HEAD /chunks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(connection.read_all(), EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, AsksForTheBodyOnlyWhenTheHandlerReads) {
  start();
  TestClient connection = client();
  connection.send(
      "POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("\1\1\1");
  EXPECT_THAT(connection.read_answer(), EndsWith("3 bytes, sum 3"));

  connection.send(
      "POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  const std::string refused = connection.read_all();
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(refused, HasSubstr("Connection: close\r\n"));
}

TEST_F(ServerTest, StreamsChunkedUploads) {
  start();
  std::string body;
  for (int i = 0; i < 2000; ++i) body += "3e8\r\n" + std::string(1000, '\1') + "\r\n";
  EXPECT_THAT(exchange("POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                       body + "0\r\n\r\n"),
              EndsWith("2000000 bytes, sum 2000000"));
  EXPECT_THAT(exchange("POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                       body + "zzz\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerTest, TakesLargeBodiesInConstantMemory) {
  start();
  TestClient connection = client();
  constexpr int kPieces = 200;
  const std::string piece(1 << 20, '\1');
  connection.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                  std::to_string(kPieces * piece.size()) + "\r\n\r\n");
  for (int i = 0; i < kPieces; ++i) ASSERT_TRUE(connection.send(piece));
  EXPECT_THAT(connection.read_answer(), EndsWith("209715200 bytes, sum 209715200"));
}

TEST_F(ServerTest, ABodyCutShortIsAnErrorAndNeverAnEnd) {
  start();
  const std::string by_length =
      exchange("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(by_length, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(by_length, HasSubstr("3 of 10"));
  EXPECT_THAT(by_length, HasSubstr("\"retryable\":true"));
  EXPECT_THAT(
      exchange("POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
      StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerTest, RefusesBodiesPastTheLimitOfReadAll) {
  start();
  const std::string start_of_request = "POST /little HTTP/1.1\r\nHost: x\r\n";
  EXPECT_THAT(exchange(start_of_request + "Content-Length: 10\r\n\r\n0123456789"),
              EndsWith("0123456789"));
  EXPECT_THAT(exchange(start_of_request + "Content-Length: 11\r\n\r\n0123456789a"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange(start_of_request +
                       "Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, AnEarlyRefusalIsReadableByAClientThatGoesOnSending) {
  start();
  TestClient connection = client();
  connection.send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(connection.send(piece));
  const std::string answer = connection.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("}"));
}

TEST_F(ServerTest, ReadsASmallUnreadBodyToKeepTheConnection) {
  start();
  TestClient connection = client();
  connection.send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_THAT(connection.read_answer(), StartsWith("HTTP/1.1 413 "));
  connection.send("de" + std::string(kHello));
  EXPECT_THAT(connection.read_answer(), EndsWith("hello a b"));
}

TEST_F(ServerTest, RefusesWhatItMustNotServe) {
  start();
  const std::string host = " HTTP/1.1\r\nHost: x\r\n";
  EXPECT_THAT(exchange("POST /count" + host +
                       "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET /hello" + host + "A: " + std::string(20'000, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  const std::string too_long = exchange("GET /" + std::string(9'000, 'a') + host + "\r\n");
  EXPECT_THAT(too_long, StartsWith("HTTP/1.1 414 "));
  EXPECT_THAT(too_long, HasSubstr("as a field of a form, or in JSON"));
  EXPECT_THAT(exchange("GET /play/1/%2e%2e/secret" + host + "\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET /hello HTTP/1.1\nHost: x\n\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET /hello" + host + "Expect: miracles\r\n\r\n"),
              StartsWith("HTTP/1.1 417 Expectation Failed\r\n"));
  const std::string refused = exchange("GET /hello" + host + "A : b\r\n\r\n");
  EXPECT_THAT(refused, HasSubstr("application/problem+json"));
  EXPECT_THAT(refused, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(refused, HasSubstr("\"code\":\"invalid_request\""));
}

TEST_F(ServerTest, NothingBehindARefusedHeadIsServed) {
  start();
  const std::string answers = exchange(
      "POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc" +
      std::string(kHello));
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answers, Not(HasSubstr("hello")));
}

TEST_F(ServerTest, TellsWhichMethodsAnAddressTakes) {
  start();
  const std::string end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(exchange("GET /nothing" + end), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(exchange("DELETE /hello" + end), HasSubstr("Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(exchange("GET /count" + end), StartsWith("HTTP/1.1 405 "));
  const std::string options = exchange("OPTIONS /count" + end);
  EXPECT_THAT(options, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(options, HasSubstr("Allow: POST, PATCH, OPTIONS\r\n"));
  EXPECT_THAT(options, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(exchange("OPTIONS *" + end), StartsWith("HTTP/1.1 204 "));
}

TEST_F(ServerTest, GivesPathParametersDecoded) {
  start();
  const std::string answer =
      exchange("GET /play/a%20b/v0/7.m4s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("X-Id: a b\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Rest: v0/7.m4s\r\n"));
  EXPECT_EQ(answer.size(), answer.find("\r\n\r\n") + 4 + 300'000);
  EXPECT_THAT(answer, EndsWith("ccc"));
}

TEST_F(ServerTest, HonoursTheMethodOverrideOfPost) {
  start();
  EXPECT_THAT(exchange("POST /count HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: PATCH\r\n\r\n"),
              EndsWith("hello you"));
}

TEST_F(ServerTest, FramesStreamsForTheirClient) {
  start();
  EXPECT_THAT(exchange("GET /chunks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              EndsWith("\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"));
  const std::string old = exchange("GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(old, EndsWith("\r\n\r\nabc0123456789abcdef"));
}

TEST_F(ServerTest, AFailingHandlerEndsOneRequest) {
  start();
  TestClient connection = client();
  connection.send("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(connection.read_answer(), StartsWith("HTTP/1.1 500 "));
  connection.send(kHello);
  EXPECT_THAT(connection.read_answer(), EndsWith("hello a b"));
}

TEST_F(ServerTest, AnAnswerThatIsTooShortCutsTheConnection) {
  start();
  const std::string answer =
      exchange("GET /liar HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kHello));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nonly"));
  EXPECT_THAT(answer, Not(HasSubstr("hello")));
}

TEST(Server, SaysWhyItCannotListen) {
  asio::io_context io;
  SystemClock clock;
  const auto server = Server::listen(io.get_executor(), {.address = "nowhere"}, {}, clock);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message, HasSubstr("'nowhere'"));
}

}  // namespace
}  // namespace vodmill::net
