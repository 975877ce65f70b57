// Bytes that are not quite HTTP, on real sockets: what two readers could read as two different
// things is refused, and nothing behind it is read as a request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "net/test_server.h"

namespace vodmill::net {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHidden = "GET /hidden HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class HostileTest : public testing::Test {
 protected:
  HostileTest() {
    server_.emplace(
        [this](Request& request, ResponseWriter& response) { return serve(request, response); },
        ServerOptions());
  }

  // The whole of what comes back for these bytes on a connection of their own.
  std::string exchange(std::string_view bytes) {
    TestClient client(server_->port());
    client.send(bytes);
    client.end_sending();
    return client.read_all();
  }

  // Asks with `bytes` and a request behind them that must not be seen; gives the status.
  int refused(std::string_view bytes) {
    hidden_ = 0;
    const std::string answers = exchange(std::string(bytes).append(kHidden));
    EXPECT_EQ(hidden_, 0);
    EXPECT_EQ(answers.find("}HTTP/1"), std::string::npos) << "one answer: " << answers;
    EXPECT_THAT(answers, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answers, HasSubstr("application/problem+json"));
    return answers.starts_with("HTTP/1.1 ") ? std::stoi(answers.substr(9)) : 0;
  }
  int refused_fields(std::string_view fields) {
    return refused(std::string("POST /seen HTTP/1.1\r\nHost: x\r\n").append(fields) +
                   "\r\n3\r\nabc\r\n0\r\n\r\n");
  }
  int refused_chunks(std::string_view chunks) {
    return refused(std::string("POST /seen HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n")
                       .append("\r\n")
                       .append(chunks));
  }

  std::atomic<int> hidden_ = 0;

 private:
  Async<> serve(Request& request, ResponseWriter& response) {
    if (request.path() == "/hidden") ++hidden_;
    const Result<std::string> body = co_await read_all(request.body, 100'000);
    if (!body) co_return fail(body.error());
    Response answer{.head = {.status = 200}, .body = "<" + *body + ">"};
    co_return co_await response.send(std::move(answer));
  }

  std::optional<TestServer> server_;
};

TEST_F(HostileTest, LengthsThatContradictEachOtherAreRefused) {
  for (const char* fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 0\r\nContent-Length: 33\r\n",
        "content-length: 0\r\nCONTENT-LENGTH: 33\r\n", "Content-Length: 3, 3\r\n",
        "Content-Length: 0, 33\r\n", "Content-Length: 0\r\n 3\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"}) {
    EXPECT_EQ(refused_fields(fields), 400) << fields;
  }
}

TEST_F(HostileTest, LengthsThatAreNoNumbersAreRefused) {
  for (const char* length : {"+3", "-3", "0x3", "3 3", "3;", "3.0", "1e1", "\"3\"", "", "\xd9\xa3",
                             "18446744073709551619", "9223372036854775808"}) {
    EXPECT_EQ(refused_fields("Content-Length: " + std::string(length) + "\r\n"), 400) << length;
  }
}

TEST_F(HostileTest, CodingsThatOthersMightReadAsChunkedAreRefused) {
  for (const char* coding :
       {"xchunked", "chunked, identity", "identity, chunked", "gzip", "gzip, chunked", "chunked,",
        "chunked;q=1", "\"chunked\"", "chunked chunked", ""}) {
    EXPECT_EQ(refused_fields("Transfer-Encoding: " + std::string(coding) + "\r\n"), 501) << coding;
  }
  for (const char* field :
       {"Transfer-Encoding : chunked\r\n", "Transfer-Encoding\t: chunked\r\n",
        " Transfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n chunked\r\n",
        "Transfer-Encoding:\x0b chunked\r\n", "Transfer-Encoding: \x7f chunked\r\n",
        "A: b\r\n\tTransfer-Encoding: chunked\r\n", "A: b\nTransfer-Encoding: chunked\r\n",
        "A: b\rTransfer-Encoding: chunked\r\n", "Transfer Encoding: chunked\r\n"}) {
    EXPECT_EQ(refused_fields(field), 400) << field;
  }
  EXPECT_EQ(refused_fields(std::string("Transfer-Encoding: chunked\0\r\n", 29)), 400);
  EXPECT_EQ(refused("POST /seen HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST_F(HostileTest, ChunksThatOthersMightCutElsewhereAreRefused) {
  for (const char* chunks : {"3\nabc\r\n0\r\n\r\n",
                             "3\r\nabc\n0\r\n\r\n",
                             "3\r\nabc0\r\n\r\n",
                             "3\r\nabcd\r\n0\r\n\r\n",
                             "3\r\nabc\r\n0\r\n\n",
                             "0\n\n",
                             "-1\r\n",
                             "+3\r\nabc\r\n0\r\n\r\n",
                             "0x3\r\nabc\r\n0\r\n\r\n",
                             " 3\r\nabc\r\n0\r\n\r\n",
                             "3 \r\nabc\r\n0\r\n\r\n",
                             "3 ;a\r\nabc\r\n0\r\n\r\n",
                             "\r\n3\r\nabc\r\n0\r\n\r\n",
                             "g\r\n",
                             ";a\r\n",
                             "3;a\nb\r\nabc\r\n0\r\n\r\n",
                             "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n",
                             "3;a\rb\r\nabc\r\n0\r\n\r\n",
                             "0\r\nA: b\n\r\n",
                             "0\r\nA: b\rc\r\n\r\n"}) {
    EXPECT_EQ(refused_chunks(chunks), 400) << chunks;
  }
}

TEST_F(HostileTest, ChunkSizesThatDoNotFitAreRefused) {
  for (const char* size : {"ffffffffffffffff", "fffffffffffffffff", "8000000000000000",
                           "10000000000000003", "0000000000000003"}) {
    EXPECT_EQ(refused_chunks(std::string(size) + "\r\nabc\r\n0\r\n\r\n"), 400) << size;
  }
}

TEST_F(HostileTest, WhatIsIgnoredOfABodyHasALimit) {
  EXPECT_EQ(refused_chunks("3;" + std::string(20'000, 'a') + "\r\nabc\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(refused_chunks("0\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n"), 400);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "1;" + std::string(100, 'a') + "\r\nx\r\n";
  EXPECT_EQ(refused_chunks(many + "0\r\n\r\n"), 400);
  std::string trailers;
  for (int i = 0; i < 2000; ++i) trailers += "A: bcdef\r\n";
  EXPECT_EQ(refused_chunks("0\r\n" + trailers + "\r\n"), 400);
}

TEST_F(HostileTest, LawfulExtensionsAndTrailersEndWhereTheyEnd) {
  const std::string answers = exchange(
      "POST /seen HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\tChunked \r\n\r\n"
      "003;name=\"value\"\r\nabc\r\n0;last\r\nContent-Length: 999\r\nTrailer: x\r\n\r\n" +
      std::string(kHidden));
  EXPECT_THAT(answers, HasSubstr("<abc>"));
  EXPECT_THAT(answers, testing::EndsWith("<>"));
  EXPECT_EQ(hidden_, 1);
}

TEST_F(HostileTest, HeadsThatAreTooLargeAreRefused) {
  const std::string line = "GET /seen HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(refused(line + "A: " + std::string(100'000, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(refused(line + std::string(100'000, 'a') + ": b\r\n\r\n"), 431);
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "A: b\r\n";
  EXPECT_EQ(refused(line + fields + "\r\n"), 431);
  EXPECT_EQ(refused("GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
  EXPECT_EQ(refused("GET /?" + std::string(8'192, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
  EXPECT_EQ(refused(std::string(100'000, 'A') + " / HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
}

TEST_F(HostileTest, OtherProtocolsAreRefused) {
  EXPECT_EQ(refused(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)), 400);
  EXPECT_EQ(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(refused("GET /seen\r\n"), 400);
  EXPECT_EQ(refused("GET /seen HTTP/1.1 \r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /seen HTTP/1.10\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(refused("GET /seen HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /seen HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(refused("GET /..%2fsecret HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(refused("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"), 501);
  EXPECT_EQ(refused(std::string("\0\0\0\0", 4)), 400);
}

}  // namespace
}  // namespace vodmill::net
