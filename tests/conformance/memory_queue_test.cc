#include "fakes/memory_queue.h"

#include "conformance/job_queue.h"
#include "fakes/run.h"

namespace vodmill {
namespace {

struct MemoryQueueHolder {
  ManualClock clock;
  MemoryQueue queue{clock};
};

INSTANTIATE_TEST_SUITE_P(Memory, JobQueueConformance,
                         testing::Values(OpenJobQueue([]() -> QueueUnderTest {
                           auto held = std::make_shared<MemoryQueueHolder>();
                           return {{held, &held->queue},
                                   [&clock = held->clock](Milliseconds by) { clock.advance(by); }};
                         })));

TEST(MemoryQueue, IsDownUntilItIsToldOtherwise) {
  const ManualClock clock;
  MemoryQueue queue(clock);
  queue.fail_all(Error{ErrorCode::storage_unavailable, "away"});
  EXPECT_EQ(run(queue.counts()).error().code, ErrorCode::storage_unavailable);
  EXPECT_FALSE(run(queue.add({MessageId("a"), VideoId("v"), 1, 0, Milliseconds(0)})));
  queue.fail_all(std::nullopt);
  EXPECT_EQ(run(queue.counts())->waiting, 0);
}

TEST(MemoryQueue, TakesALockAwayAsSoonAsItHasLapsed) {
  ManualClock clock;
  MemoryQueue queue(clock);
  ASSERT_TRUE(run(queue.add({MessageId("a"), VideoId("v"), 1, 0, Milliseconds(0)})));
  const auto offered = run(queue.acquire(WorkerId("w"), Milliseconds(1000)));
  clock.advance(Milliseconds(1000));
  const Result<> renewed = run(queue.renew(MessageId("a"), (**offered).lock, Milliseconds(1), 0));
  EXPECT_EQ(renewed.error().code, ErrorCode::lease_lost);
}

}  // namespace
}  // namespace vodmill
