#include "api/queue_json.h"

#include <gtest/gtest.h>

namespace vodmill::api {
namespace {

constexpr std::int64_t kNow = 100 * 3'600'000;

// Ended so long ago, after so long a life.
EndedJob ended(Milliseconds ago, Milliseconds life, bool completed = true) {
  const std::int64_t at = kNow - ago.count();
  return {.created_at = Timestamp{at - life.count()},
          .ended_at = Timestamp{at},
          .completed = completed};
}

json::value last_hour(std::vector<EndedJob> jobs) {
  QueueFigures figures;
  figures.now = Timestamp{kNow};
  figures.ended = std::move(jobs);
  return to_json(figures).at("last_hour");
}

TEST(QueueJson, CountsCompletedJobsByMinute) {
  using std::chrono::minutes;
  const Milliseconds life(1'000);
  const json::value hour =
      last_hour({ended(minutes(59) + Milliseconds(59'999), life), ended(minutes(1), life),
                 ended(Milliseconds(59'999), life), ended(Milliseconds(0), life),
                 ended(Milliseconds(0), life, false)});
  const json::array& counts = hour.at("completed_per_minute").as_array();
  ASSERT_EQ(counts.size(), 60U);
  EXPECT_EQ(counts[0], 1);
  EXPECT_EQ(counts[58], 1);
  EXPECT_EQ(counts[59], 2);
  EXPECT_EQ(hour.at("completed"), 4);
  EXPECT_EQ(hour.at("failed"), 1);
}

TEST(QueueJson, TellsPercentilesOfThoseThatCompleted) {
  std::vector<EndedJob> jobs;
  for (int i = 1; i <= 100; ++i) jobs.push_back(ended(Milliseconds(0), Milliseconds(i * 1'000)));
  jobs.push_back(ended(Milliseconds(0), std::chrono::hours(5), false));
  EXPECT_EQ(last_hour(std::move(jobs)).at("latency_seconds"),
            (json::value{{"p50", 50.0}, {"p90", 90.0}, {"p99", 99.0}, {"max", 100.0}}));
}

TEST(QueueJson, TellsTheOnlyOnesTimeAtEveryPercentile) {
  EXPECT_EQ(last_hour({ended(Milliseconds(0), Milliseconds(2'500))}).at("latency_seconds"),
            (json::value{{"p50", 2.5}, {"p90", 2.5}, {"p99", 2.5}, {"max", 2.5}}));
}

}  // namespace
}  // namespace vodmill::api
