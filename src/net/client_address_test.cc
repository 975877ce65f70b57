#include "net/client_address.h"

#include <gtest/gtest.h>

namespace vodmill::net {
namespace {

std::string client(const std::string& peer, std::initializer_list<HeaderField> headers,
                   const std::vector<std::string>& trusted) {
  return client_address(peer, Headers(headers), trusted);
}

TEST(ClientAddress, IsThePeersUnlessThatIsATrustedProxy) {
  EXPECT_EQ(client("127.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}, {}), "127.0.0.1");
  EXPECT_EQ(client("192.0.2.1", {{"X-Forwarded-For", "192.0.2.7"}}, {"127.0.0.1"}), "192.0.2.1");
  EXPECT_EQ(client("127.0.0.1", {{"x-forwarded-for", "192.0.2.7"}}, {"127.0.0.1"}), "192.0.2.7");
}

TEST(ClientAddress, IsTheLastThatATrustedProxyHasSeen) {
  const std::vector<std::string> trusted{"127.0.0.1", "10.0.0.2"};
  EXPECT_EQ(client("127.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 192.0.2.7, 10.0.0.2"}}, trusted),
            "192.0.2.7");
  EXPECT_EQ(client("127.0.0.1",
                   {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "2001:DB8:0::7"}}, trusted),
            "2001:db8::7");
}

TEST(ClientAddress, IsTheProxysWhenItSaysNothingOfUse) {
  const std::vector<std::string> trusted{"127.0.0.1"};
  EXPECT_EQ(client("127.0.0.1", {}, trusted), "127.0.0.1");
  for (const char* value :
       {"", "unknown", "192.0.2.7, _hidden", "127.0.0.1", "192.0.2.7:80", ","}) {
    EXPECT_EQ(client("127.0.0.1", {{"X-Forwarded-For", value}}, trusted), "127.0.0.1") << value;
  }
}

TEST(ClientKey, IsAWholeIpv4AddressAndHalfAnIpv6One) {
  EXPECT_EQ(client_key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(client_key("2001:db8:1:2:ffff::"), "2001:db8:1:2::");
  EXPECT_NE(client_key("2001:db8:1:3::"), client_key("2001:db8:1:2::"));
}

TEST(CanonicalAddress, HasOneSpelling) {
  EXPECT_EQ(canonical_address("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(canonical_address("2001:DB8:0:0::1"), "2001:db8::1");
  for (const char* text : {"", "localhost", "1.2.3", "192.0.2.7/24", "[::1]", " ::1"}) {
    EXPECT_FALSE(canonical_address(text)) << text;
  }
}

}  // namespace
}  // namespace vodmill::net
