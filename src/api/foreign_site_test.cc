#include "api/foreign_site.h"

#include <gtest/gtest.h>

namespace vodmill::api {
namespace {

std::string_view refusal(net::Method method, net::Headers headers, const ApiOptions& options = {}) {
  net::RequestHead head;
  head.method = method;
  head.headers = std::move(headers);
  const auto refusal = refuse_foreign(head, options);
  return refusal ? net::problem_code_name(refusal->code) : "";
}

constexpr auto kPost = net::Method::post;
constexpr auto kGet = net::Method::get;

TEST(LoopbackHost, IsANameOrAddressOfThisMachineAlone) {
  for (const char* host : {"localhost", "LocalHost:8080", "a.localhost:1", "127.0.0.1",
                           "127.9.8.7:8080", "[::1]", "[::1]:8080"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host : {"", ":8080", "example.org", "localhost.example.org", "notlocalhost",
                           "127.0.0.1.example.org", "127.example.org", "128.0.0.1", "127.0.0",
                           "[::2]", "::1", "localhost@example.org"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

TEST(ForeignSite, MayReadButNotChange) {
  EXPECT_EQ(refusal(kGet, {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}), "");
  EXPECT_EQ(refusal(kPost, {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}),
            "cross_site_request");
  for (const auto method : {net::Method::put, net::Method::patch, net::Method::remove}) {
    EXPECT_EQ(refusal(method, {{"Host", "localhost"}, {"Origin", "http://a.example"}}),
              "cross_site_request");
  }
}

TEST(ForeignSite, MayNotListenOnASocket) {
  const net::Headers own{{"Host", "localhost"}, {"Upgrade", "websocket"}};
  EXPECT_EQ(refusal(kGet, own), "");
  for (const net::HeaderField& field :
       {net::HeaderField{"Origin", "http://a.example"}, net::HeaderField{"Origin", "null"},
        net::HeaderField{"Sec-Fetch-Site", "cross-site"}}) {
    net::Headers headers = own;
    headers.add(field.name, field.value);
    EXPECT_EQ(refusal(kGet, headers), "cross_site_request") << field.value;
  }
}

TEST(ForeignSite, IsOneWhoseOriginIsNotTheHost) {
  EXPECT_EQ(refusal(kPost, {{"Host", "localhost:8080"}, {"Origin", "http://localhost:8080"}}), "");
  EXPECT_EQ(refusal(kPost, {{"Host", "LOCALHOST:8080"}, {"Origin", "http://localhost:8080"}}), "");
  for (const char* origin : {"null", "http://localhost", "http://localhost:8081", "localhost:8080",
                             "http://localhost:8080.example.org", ""}) {
    EXPECT_EQ(refusal(kPost, {{"Host", "localhost:8080"}, {"Origin", origin}}),
              "cross_site_request")
        << origin;
  }
}

TEST(ForeignSite, IsNotAProgram) { EXPECT_EQ(refusal(kPost, {{"Host", "localhost"}}), ""); }

TEST(ForeignSite, IsKeptFromAnotherNameOfALoopbackServer) {
  EXPECT_EQ(refusal(kGet, {{"Host", "rebound.example"}}), "host_not_allowed");
  EXPECT_EQ(refusal(kGet, {}), "host_not_allowed");
  const ApiOptions proxied{.allowed_hosts = {"video.example.org"}};
  EXPECT_EQ(refusal(kGet, {{"Host", "Video.example.org:443"}}, proxied), "");
  EXPECT_EQ(refusal(kGet, {{"Host", "example.org"}}, proxied), "host_not_allowed");
  const ApiOptions open{.loopback_only = false};
  EXPECT_EQ(refusal(kGet, {{"Host", "192.0.2.1"}}, open), "");
  EXPECT_EQ(refusal(kPost, {{"Host", "192.0.2.1"}, {"Origin", "http://a.example"}}, open),
            "cross_site_request");
}

}  // namespace
}  // namespace vodmill::api
