#include "base/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "fakes/prometheus_text.h"

namespace vodmill::metrics {
namespace {

TEST(MetricsText, IsAsTheFormatAsks) {
  Registry registry;
  registry.counter("requests_total", "Requests.", {{"method", "GET"}, {"status", "2xx"}}).add(3);
  registry.gauge("depth", "How deep.").set(-1.5);
  EXPECT_EQ(to_text(registry.families()),
            "# HELP depth How deep.\n"
            "# TYPE depth gauge\n"
            "depth -1.5\n"
            "# HELP requests_total Requests.\n"
            "# TYPE requests_total counter\n"
            "requests_total{method=\"GET\",status=\"2xx\"} 3\n");
}

TEST(MetricsText, AddsUpTheBucketsOfAHistogram) {
  Registry registry;
  Histogram& histogram = registry.histogram("wait_seconds", "Waits.", {0.1, 1}, {{"to", "x"}});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) histogram.observe(value);
  EXPECT_EQ(to_text(registry.families()),
            "# HELP wait_seconds Waits.\n"
            "# TYPE wait_seconds histogram\n"
            "wait_seconds_bucket{to=\"x\",le=\"0.1\"} 2\n"
            "wait_seconds_bucket{to=\"x\",le=\"1\"} 3\n"
            "wait_seconds_bucket{to=\"x\",le=\"+Inf\"} 4\n"
            "wait_seconds_sum{to=\"x\"} 7.65\n"
            "wait_seconds_count{to=\"x\"} 4\n");
}

TEST(MetricsText, EscapesWhatWouldEndAValueOrALine) {
  const Family family{"x", "a \"b\"\\\nc", Type::gauge, {{"", {{"l", "a \"b\"\\\nc"}}, 1}}};
  const std::string text = to_text({family});
  EXPECT_EQ(text, "# HELP x a \"b\"\\\\\\nc\n# TYPE x gauge\nx{l=\"a \\\"b\\\"\\\\\\nc\"} 1\n");
  EXPECT_EQ(PrometheusText(text).value("x{l=\"a \\\"b\\\"\\\\\\nc\"}"), 1);
}

TEST(MetricsText, HasWordsForWhatIsNoNumber) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Family family{
      "x", "X.", Type::gauge, {{"", {{"l", "a"}}, infinity}, {"", {{"l", "b"}}, -infinity}}};
  const std::string text = to_text({family});
  EXPECT_TRUE(text.contains("x{l=\"a\"} +Inf\n")) << text;
  EXPECT_TRUE(text.contains("x{l=\"b\"} -Inf\n")) << text;
}

TEST(MetricsText, KeepsLargeNumbersExact) {
  Registry registry;
  registry.counter("bytes_total", "Bytes.").add(9007199254740991.0);
  EXPECT_EQ(PrometheusText(to_text(registry.families())).value("bytes_total"), 9007199254740991.0);
}

TEST(MetricsRegistry, GivesTheSameNumberForTheSameLabels) {
  Registry registry;
  Counter& first = registry.counter("x_total", "X.", {{"a", "1"}});
  EXPECT_EQ(&first, &registry.counter("x_total", "X.", {{"a", "1"}}));
  EXPECT_NE(&first, &registry.counter("x_total", "X.", {{"a", "2"}}));
}

TEST(MetricsRegistry, AsksItsSourcesAtEveryLook) {
  Registry registry;
  double value = 1;
  registry.collect(
      [&value] { return std::vector<Family>{{"now", "Now.", Type::gauge, {{"", {}, value++}}}}; });
  EXPECT_EQ(PrometheusText(to_text(registry.families())).value("now"), 1);
  EXPECT_EQ(PrometheusText(to_text(registry.families())).value("now"), 2);
}

TEST(MetricsRegistry, LosesNoCountOfSeveralThreads) {
  constexpr int kEach = 20'000;
  Registry registry;
  Gauge& gauge = registry.gauge("held", "Held.");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        Counter& counter = registry.counter("x_total", "X.");
        Histogram& histogram = registry.histogram("y_seconds", "Y.", {1});
        for (int n = 0; n < kEach; ++n) {
          const Held held(gauge);
          counter.add();
          histogram.observe(0.5);
        }
      });
    }
  }
  const PrometheusText text(to_text(registry.families()));
  EXPECT_EQ(text.value("x_total"), 4 * kEach);
  EXPECT_EQ(text.value("y_seconds_count"), 4 * kEach);
  EXPECT_EQ(text.value("held"), 0);
}

}  // namespace
}  // namespace vodmill::metrics
