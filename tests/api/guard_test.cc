#include "api/world.h"

namespace vodmill {
namespace {

using Guard = ApiTest;

TEST_F(Guard, RefusesChangesThatAnotherSitesPageSends) {
  const VideoId id = upload();
  const std::string path = "/v1/videos/" + id.str();
  for (const char* headers :
       {"Sec-Fetch-Site: cross-site\r\n", "Origin: https://evil.example\r\n", "Origin: null\r\n"}) {
    for (const auto& [method, target] : std::vector<std::pair<const char*, std::string>>{
             {"POST", "/v1/videos"}, {"DELETE", path}, {"POST", path + "/cancel"}}) {
      const Answer answer = ask(method, target, headers, "x");
      EXPECT_EQ(answer.status, 403) << method << ' ' << target << ' ' << headers;
      EXPECT_EQ(answer.json().at("code"), "cross_site_request");
    }
  }
  EXPECT_EQ(get(path).json().at("status"), "pending");
}

TEST_F(Guard, LetsItsOwnPageAndProgramsIn) {
  EXPECT_EQ(ask("POST", "/v1/videos",
                "Host: localhost:8080\r\nOrigin: http://localhost:8080\r\n"
                "Sec-Fetch-Site: same-origin\r\n",
                "x")
                .status,
            201);
  EXPECT_EQ(ask("POST", "/v1/videos", "", "x").status, 201);
}

TEST_F(Guard, KnowsItsPageBehindAProxyThatChangesHost) {
  const char* headers = "Host: 127.0.0.1:8080\r\nOrigin: https://video.example.org\r\n";
  EXPECT_EQ(ask("POST", "/v1/videos", headers, "x").status, 403);
  start({.allowed_hosts = {"video.example.org"}});
  EXPECT_EQ(ask("POST", "/v1/videos", headers, "x").status, 201);
  const char* foreign = "Host: video.example.org\r\nOrigin: https://evil.example\r\n";
  EXPECT_EQ(ask("POST", "/v1/videos", foreign, "x").status, 403);
}

TEST_F(Guard, RefusesNamesThatAreNotTheServers) {
  for (const char* target : {"/", "/v1/videos", "/play/x/index.m3u8"}) {
    const Answer answer = get(target, "Host: rebound.example\r\n");
    EXPECT_EQ(answer.status, 403) << target;
    EXPECT_EQ(answer.json().at("code"), "host_not_allowed");
  }
  start({.allowed_hosts = {"video.example.org"}});
  EXPECT_EQ(get("/v1/videos", "Host: video.example.org\r\n").status, 200);
  EXPECT_EQ(get("/v1/videos", "Host: VIDEO.example.org:8443\r\n").status, 200);
  EXPECT_EQ(get("/v1/videos", "Host: localhost\r\n").status, 200);
  EXPECT_EQ(get("/v1/videos", "Host: evil.video.example.org\r\n").status, 403);
  start({.loopback_only = false});
  EXPECT_EQ(get("/v1/videos", "Host: rebound.example\r\n").status, 200);
}

}  // namespace
}  // namespace vodmill
