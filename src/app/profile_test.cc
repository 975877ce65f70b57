#include "app/profile.h"

#include <gtest/gtest.h>

#include "worker/counts.h"

namespace vodmill::app {
namespace {

worker::MillOutcome outcome(sandbox::StageTimes stages) {
  using std::chrono::milliseconds;
  worker::MillOutcome outcome;
  outcome.end = worker::MillEnd::done;
  outcome.cpu_time = milliseconds(4'000);
  outcome.stages = std::move(stages);
  return outcome;
}

TEST(Profile, ShowsStagesInThePicturesOrderAndWhatNobodyCountedAsTheRest) {
  using std::chrono::seconds;
  metrics::Registry registry;
  worker::Counts counts(registry);
  counts.count(TaskKind::chunk,
               outcome({{sandbox::Stage::encode, "v0", seconds(2)},
                        {sandbox::Stage::encode, "v1", seconds(1)},
                        {sandbox::Stage::decode, "", std::chrono::milliseconds(500)}}),
               seconds(3));
  const std::string text =
      profile_text(registry.families(), {.own_seconds = 1, .wall_seconds = 2.5, .processors = 2});
  EXPECT_EQ(text,
            "                   CPU   share\n"
            "decode          0.50 s  10.0 %  ===\n"
            "encode v0       2.00 s  40.0 %  =============\n"
            "encode v1       1.00 s  20.0 %  ======\n"
            "rest            0.50 s  10.0 %  ===\n"
            "worker          1.00 s  20.0 %  ======\n"
            "all             5.00 s  in 2.50 s: 2.00 of 2 processors busy\n");
}

TEST(Profile, TakesNoMoreFromAMillThanTheKernelMeasured) {
  metrics::Registry registry;
  worker::Counts counts(registry);
  counts.count(TaskKind::chunk,
               outcome({{sandbox::Stage::decode, "", std::chrono::hours(10)},
                        {sandbox::Stage::scale, "", std::chrono::hours(10)}}),
               std::chrono::seconds(3));
  const std::string text = profile_text(registry.families(), {.own_seconds = 0, .wall_seconds = 4});
  EXPECT_NE(text.find("decode          4.00 s  100.0 %"), std::string::npos) << text;
  EXPECT_NE(text.find("scale           0.00 s"), std::string::npos) << text;
}

}  // namespace
}  // namespace vodmill::app
