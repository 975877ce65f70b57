#include "net/request_head.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

constexpr HeadLimits kLimits;

std::expected<RequestHead, Refusal> parse(std::string_view lines) {
  return parse_request_head(std::string(lines) + "\r\n", kLimits);
}

// The status of the refusal; 0 when the head is accepted.
int refusal(std::string_view lines) {
  const std::expected<RequestHead, Refusal> head = parse(lines);
  return head ? 0 : head.error().status;
}

TEST(RequestHead, IsRead) {
  const auto head =
      parse("PATCH /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length:  12 \r\nExpect: 100-Continue\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, Method::patch);
  EXPECT_EQ(head->target.path, "/a");
  EXPECT_EQ(head->target.parameter("b"), "c");
  EXPECT_EQ(head->headers.find("CONTENT-length"), "12");
  EXPECT_EQ(head->content_length, 12);
  EXPECT_TRUE(head->expects_continue);
  EXPECT_TRUE(head->keep_alive);
  EXPECT_FALSE(head->chunked);
}

TEST(RequestHead, KnowsWhenTheConnectionCloses) {
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, close\r\n")->keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n")->keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n")->keep_alive);
}

TEST(RequestHead, TakesLengthsPastFourGigabytes) {
  EXPECT_EQ(
      parse("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000000\r\n")->content_length,
      10'000'000'000'000);
}

TEST(RequestHead, RefusesEveryWayToSmuggle) {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(refusal(start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length: 3\r\nContent-Length: 3\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length: 3, 3\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length: +3\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length: -3\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length: 0x3\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length:\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length: 99999999999999999999\r\n"), 400);
  EXPECT_EQ(refusal(start + "Content-Length : 3\r\n"), 400);
  EXPECT_EQ(refusal(start + "A: b\r\n c\r\n"), 400);
  EXPECT_EQ(refusal(start + "A: b\nContent-Length: 3\r\n"), 400);
  EXPECT_EQ(refusal(start + "A: b\rContent-Length: 3\r\n"), 400);
  EXPECT_EQ(refusal(start + std::string("A: b\0c\r\n", 8)), 400);
  EXPECT_EQ(refusal(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal(start + "Transfer-Encoding: gzip, chunked\r\n"), 501);
  EXPECT_EQ(refusal(start + "Transfer-Encoding: xchunked\r\n"), 501);
  EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(refusal(start + "no colon\r\n"), 400);
  EXPECT_EQ(refusal(start + ": no name\r\n"), 400);
}

TEST(RequestHead, RefusesBadRequestLines) {
  for (const char* line :
       {"GET /", "GET  / HTTP/1.1", "GET / x HTTP/1.1", " GET / HTTP/1.1", "GET / http/1.1",
        "GET\t/ HTTP/1.1", "GET a HTTP/1.1", "GET * HTTP/1.1"}) {
    EXPECT_EQ(refusal(std::string(line) + "\r\nHost: x\r\n"), 400) << line;
  }
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: x\r\n"), 505);
  EXPECT_EQ(refusal("BREW / HTTP/1.1\r\nHost: x\r\n"), 501);
}

TEST(RequestHead, WantsExactlyOneHost) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n"), 400);
}

TEST(RequestHead, HasLimits) {
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "A: b\r\n";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: x\r\n" + fields), 0);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: x\r\nB: c\r\n" + fields), 431);
  EXPECT_EQ(refusal("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n"), 414);
}

TEST(HeadEnd, IsFoundHoweverTheBytesArrive) {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string received = head + "body\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(*find_head_end(received.substr(0, size), 0, kLimits), 0U);
    EXPECT_EQ(*find_head_end(received, size, kLimits), head.size());
  }
}

TEST(HeadEnd, RefusesEarlyWhatCannotBecomeAHead) {
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\n", 0, kLimits).error().status, 400);
  EXPECT_EQ(find_head_end("\x16\x03\x01", 0, kLimits).error().status, 400);
  EXPECT_EQ(find_head_end(std::string(9000, 'a'), 0, kLimits).error().status, 414);
  EXPECT_EQ(
      find_head_end("GET / HTTP/1.1\r\n" + std::string(17'000, 'a'), 0, kLimits).error().status,
      431);
}

}  // namespace
}  // namespace vodmill::net
