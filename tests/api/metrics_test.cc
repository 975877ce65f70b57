#include "api/world.h"
#include "fakes/prometheus_text.h"

namespace vodmill {
namespace {

class MetricsPage : public ApiTest {
 protected:
  MetricsPage() { start({.fresh = Milliseconds(0)}); }

  PrometheusText look() {
    const Answer answer = get("/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    return PrometheusText(answer.body);
  }

  // Whoever reads an answer to its end is a moment ahead of the server's count of it.
  PrometheusText look_until(const std::string& series, double value) {
    for (int i = 0; i < 1000; ++i) {
      PrometheusText text = look();
      if (text.has(series) && text.value(series) == value) return text;
    }
    ADD_FAILURE() << series << " has not become " << value;
    return look();
  }
};

TEST_F(MetricsPage, CountsVideosTasksAndJobs) {
  const PrometheusText before = look();
  EXPECT_EQ(before.value("vodmill_videos{status=\"pending\"}"), 0);
  EXPECT_EQ(before.value("vodmill_catalog_up"), 1);
  const VideoId id = upload();
  upload();
  must(run(queue_.add({.id = MessageId("job"), .video = id})));
  clock_.advance(Milliseconds(2'500));
  const PrometheusText text = look();
  EXPECT_EQ(text.value("vodmill_videos{status=\"pending\"}"), 2);
  EXPECT_EQ(text.count("vodmill_videos"), 6U);
  EXPECT_EQ(text.value("vodmill_tasks{kind=\"probe\",state=\"waiting\"}"), 2);
  EXPECT_EQ(text.value("vodmill_tasks{kind=\"chunk\",state=\"waiting\"}"), 0);
  EXPECT_EQ(text.value("vodmill_longest_task_wait_seconds"), 2.501);
  EXPECT_EQ(text.value("vodmill_undelivered_jobs"), 2);
  EXPECT_EQ(text.value("vodmill_queue_jobs{state=\"waiting\"}"), 1);
  plan(coordinate(id));
  EXPECT_EQ(look().value("vodmill_tasks{kind=\"chunk\",state=\"waiting\"}"), 2);
}

TEST_F(MetricsPage, CountsRequestsByRouteAndNeverByPath) {
  upload();
  for (int i = 0; i < 20; ++i) get("/v1/videos/made-up-" + std::to_string(i));
  for (int i = 0; i < 20; ++i) get("/made/up/" + std::to_string(i));
  get("/index.html");
  get("/");
  ask("PUT", "/healthz");
  const PrometheusText text =
      look_until("vodmill_http_requests_total{route=\"none\",method=\"PUT\",status=\"4xx\"}", 1);
  const auto count = [&](const std::string& labels) {
    return text.value("vodmill_http_requests_total{" + labels + "}");
  };
  EXPECT_EQ(count("route=\"/v1/videos\",method=\"POST\",status=\"2xx\""), 1);
  EXPECT_EQ(count("route=\"/v1/videos/{id}\",method=\"GET\",status=\"4xx\""), 20);
  EXPECT_EQ(count("route=\"none\",method=\"GET\",status=\"4xx\""), 20);
  EXPECT_EQ(count("route=\"page\",method=\"GET\",status=\"2xx\""), 2);
  const std::string labels = "{route=\"/v1/videos/{id}\",method=\"GET\"";
  EXPECT_EQ(text.value("vodmill_http_request_duration_seconds_count" + labels + "}"), 20);
  EXPECT_EQ(text.value("vodmill_http_request_duration_seconds_bucket" + labels + ",le=\"60\"}"),
            20);
  EXPECT_LT(text.count("vodmill_http_requests_total"), 10U);
}

TEST_F(MetricsPage, CountsWhatIsNoRequest) {
  net::TestClient client = connect();
  client.send("nonsense\r\n\r\n");
  client.read_all();
  look_until("vodmill_http_requests_total{route=\"none\",method=\"none\",status=\"4xx\"}", 1);
}

TEST_F(MetricsPage, CountsTheBytesOfBodies) {
  const std::string video(100'000, 'v');
  const Answer created = ask("POST", "/v1/videos", "", video);
  ASSERT_EQ(created.status, 201);
  const PrometheusText text = look();
  EXPECT_EQ(text.value("vodmill_http_request_body_bytes_total"), 100'000);
  EXPECT_GE(text.value("vodmill_http_response_body_bytes_total"),
            static_cast<double>(created.body.size()));
}

TEST_F(MetricsPage, SeesConnectionsAndFollowersComeAndGo) {
  EXPECT_EQ(look().value("vodmill_sse_subscribers"), 0);
  {
    net::TestClient follower = begin("/v1/events");
    follower.read_until("\r\n\r\n");
    const PrometheusText text = look();
    EXPECT_EQ(text.value("vodmill_sse_subscribers"), 1);
    EXPECT_GE(text.value("vodmill_http_connections"), 2);
  }
  const auto is_gone = [this] { return look().value("vodmill_sse_subscribers") == 0; };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_gone() && std::chrono::steady_clock::now() < end) {
  }
  EXPECT_TRUE(is_gone());
}

TEST_F(MetricsPage, AnswersWithoutACatalog) {
  queue_.fail_all(Error{ErrorCode::storage_unavailable, "away"});
  const PrometheusText text = look();
  EXPECT_EQ(text.value("vodmill_catalog_up"), 0);
  EXPECT_EQ(text.count("vodmill_videos"), 0U);
  EXPECT_TRUE(text.has("vodmill_http_connections"));
  queue_.fail_all(std::nullopt);
  EXPECT_EQ(look().value("vodmill_catalog_up"), 1);
}

}  // namespace
}  // namespace vodmill
