#include "net/sse.h"

#include <gtest/gtest.h>

#include "net/pace.h"

namespace vodmill::net {
namespace {

TEST(Sse, WritesEveryLineOfData) {
  EXPECT_EQ(format_sse({.id = "7", .event = "progress", .data = "{\"a\":1}"}),
            "id: 7\nevent: progress\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(format_sse({.id = "", .event = "", .data = "a\nb\r\nc\rd"}),
            "data: a\ndata: b\ndata: c\ndata: d\n\n");
}

TEST(Sse, LetsNoValueStartALineOfItsOwn) {
  EXPECT_EQ(format_sse({.id = "1\ndata: x", .event = "e\r", .data = ""}),
            "id: 1data: x\nevent: e\ndata: \n\n");
}

TEST(ResponseHead, LetsNoValueEndItsLine) {
  EXPECT_EQ(serialize_head({.status = 404, .headers = {{"A", "b\r\nSet-Cookie: c"}}}),
            "HTTP/1.1 404 Not Found\r\nA: b  Set-Cookie: c\r\n\r\n");
}

TEST(HttpDate, IsTheRfcsExample) {
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Pace, AllowsNoLongerWaitThanIdle) {
  using std::chrono::seconds;
  Pace pace(seconds(30), 1000);
  EXPECT_EQ(pace.allowance(), seconds(30));
  pace.note(1'000'000, seconds(5));
  EXPECT_EQ(pace.allowance(), seconds(30));
}

TEST(Pace, EndsATransferThatStaysBelowItsRate) {
  using std::chrono::seconds;
  Pace pace(seconds(30), 1000);
  for (int i = 0; i < 3; ++i) pace.note(500, seconds(10));
  EXPECT_EQ(pace.allowance(), seconds(1));
  pace.note(0, seconds(1));
  EXPECT_EQ(pace.allowance(), seconds(0));
}

TEST(Pace, WithoutARateOnlySilenceCounts) {
  using std::chrono::seconds;
  Pace pace(seconds(30), 0);
  pace.note(1, seconds(29));
  pace.note(1, seconds(29));
  EXPECT_EQ(pace.allowance(), seconds(30));
}

}  // namespace
}  // namespace vodmill::net
