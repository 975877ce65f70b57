// When a worker may begin a task, and what its videos are told while it may not.
#include "worker/admission.h"

#include <gtest/gtest.h>

#include "fakes/disk_space.h"
#include "fakes/memory_store.h"
#include "fakes/run.h"

namespace vodmill::worker {
namespace {

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    options_.slots = 3;
    options_.memory_bytes = 1000;
    options_.disk_floor = 500;
    options_.heartbeat = Milliseconds(0);
  }

  bool disk_has_room() { return run(admission_.disk_has_room()); }

  WorkerOptions options_;
  MemoryStore below_;
  WatchedStore store_{below_};
  FakeDisk disk_{1000};
  Admission admission_{options_, store_, &disk_};
};

TEST_F(AdmissionTest, LeavesWhatRunningMillsDoNotNeed) {
  const Admission::Mill first = admission_.begin(1, 300);
  EXPECT_EQ(admission_.room(), 700);
  {
    const Admission::Mill second = admission_.begin(1, 500);
    EXPECT_EQ(admission_.room(), 200);
  }
  EXPECT_EQ(admission_.room(), 700);
}

TEST_F(AdmissionTest, HasRoomForAnyTaskWhereNoneRuns) {
  EXPECT_EQ(admission_.room(), kAnyRoom);
  const Admission::Mill larger_than_all = admission_.begin(1, 5000);
  EXPECT_EQ(admission_.room(), 0);
}

TEST_F(AdmissionTest, LeavesTheCoresThatRunningMillsDoNotKeepBusy) {
  options_.slots = 4;
  EXPECT_EQ(admission_.busy(), 0);
  const Admission::Mill chunk = admission_.begin(2, 1);
  EXPECT_EQ(admission_.cores(), 2);
  EXPECT_EQ(admission_.busy(), 2);
  {
    const Admission::Mill sound = admission_.begin(1, 1);
    EXPECT_EQ(admission_.cores(), 1);
    EXPECT_EQ(admission_.busy(), 3);
  }
  EXPECT_EQ(admission_.cores(), 2);
}

TEST_F(AdmissionTest, LeavesNoneOfAnOddNumberOfCoresIdle) {
  const Admission::Mill first = admission_.begin(2, 1);
  EXPECT_EQ(admission_.cores(), 2);
  {
    const Admission::Mill second = admission_.begin(2, 1);
    EXPECT_EQ(admission_.cores(), 0);
    EXPECT_EQ(admission_.busy(), 3) << "there are no more";
  }
  const Admission::Mill sound = admission_.begin(1, 1);
  EXPECT_EQ(admission_.cores(), 0);
}

TEST_F(AdmissionTest, GivesATaskThatCouldUseMoreCoresThanThereAreAllOfThem) {
  options_.slots = 1;
  EXPECT_EQ(admission_.cores(), kAnyCores);
  const Admission::Mill chunk = admission_.begin(2, 1);
  EXPECT_EQ(chunk.cores(), 1);
  EXPECT_EQ(admission_.cores(), 0);
  EXPECT_EQ(admission_.busy(), 1);
}

TEST_F(AdmissionTest, LetsOneUrgentTaskRunBesideTheSlots) {
  options_.slots = 4;
  const Admission::Mill first = admission_.begin(3, 1);
  EXPECT_EQ(admission_.urgent_cores(), kAnyCores);
  {
    const Admission::Mill beside = admission_.begin(2, 1);
    EXPECT_EQ(admission_.cores(), 1) << "it takes no slot";
    EXPECT_EQ(admission_.urgent_cores(), 1) << "another must fit into the slots";
    EXPECT_EQ(admission_.busy(), 4) << "there are no more";
    const Admission::Mill second = admission_.begin(1, 1);
    EXPECT_EQ(admission_.urgent_cores(), 0);
  }
  EXPECT_EQ(admission_.urgent_cores(), kAnyCores);
}

TEST_F(AdmissionTest, GivesTheSlotsToOthersWhileAnUrgentTaskRunsBesideThem) {
  options_.slots = 2;
  Admission::Mill chunk = admission_.begin(2, 1);
  const Admission::Mill beside = admission_.begin(1, 1);
  chunk = {};
  EXPECT_EQ(admission_.cores(), kAnyCores);
  const Admission::Mill next = admission_.begin(2, 1);
  EXPECT_EQ(admission_.cores(), 0);
  EXPECT_EQ(admission_.urgent_cores(), 0);
}

TEST_F(AdmissionTest, CountsTheMemoryOfAMillThatTakesNoSlot) {
  const Admission::Mill still = admission_.begin(0, 300);
  EXPECT_EQ(admission_.room(), 700);
  EXPECT_EQ(admission_.cores(), kAnyCores);
  EXPECT_EQ(admission_.urgent_cores(), kAnyCores);
}

TEST_F(AdmissionTest, DoesNotCountMemoryUnlessItIsTold) {
  options_.memory_bytes = 0;
  const Admission::Mill mill = admission_.begin(1, 5000);
  EXPECT_EQ(admission_.room(), kAnyRoom);
}

TEST_F(AdmissionTest, BeginsNothingBelowTheFloorOfTheDisk) {
  EXPECT_TRUE(disk_has_room());
  disk_.room = 499;
  EXPECT_FALSE(disk_has_room());
  EXPECT_EQ(admission_.reason(Wait::turn, {}), "disk_full");
  EXPECT_EQ(admission_.reason(std::nullopt, {}), "");
  disk_.room = 500;
  EXPECT_TRUE(disk_has_room());
  EXPECT_EQ(admission_.reason(Wait::turn, {}), "");
}

TEST_F(AdmissionTest, LeavesADiskThatCannotBeAskedToTheStore) {
  disk_.outage = Error{ErrorCode::storage_unavailable, "EIO"};
  EXPECT_TRUE(disk_has_room());
}

TEST_F(AdmissionTest, SaysWhetherMemoryOrASlotIsMissing) {
  EXPECT_EQ(admission_.reason(Wait::turn, {}), "");
  const Admission::Mill first = admission_.begin(1, 700);
  EXPECT_EQ(admission_.reason(Wait::turn, {}), "waiting_for_memory");
  const Admission::Mill second = admission_.begin(1, 100);
  const Admission::Mill third = admission_.begin(1, 100);
  EXPECT_EQ(admission_.reason(Wait::turn, {}), "waiting_for_slot");
}

TEST_F(AdmissionTest, SaysThatSlotsAreMissingWhereTooFewAreFreeForTheNextTask) {
  options_.slots = 4;
  const Needs chunk{.cores = 2, .memory = 500};
  EXPECT_EQ(admission_.reason(Wait::turn, chunk), "");
  const Admission::Mill first = admission_.begin(3, 700);
  EXPECT_EQ(admission_.reason(Wait::turn, chunk), "waiting_for_slot");
  const Needs urgent{.cores = 2, .memory = 500, .is_urgent = true};
  EXPECT_EQ(admission_.reason(Wait::turn, urgent), "waiting_for_memory");
  const Needs small{.cores = 1, .memory = 500};
  EXPECT_EQ(admission_.reason(Wait::turn, small), "waiting_for_memory");
  const Admission::Mill beside = admission_.begin(2, 100);
  EXPECT_EQ(admission_.reason(Wait::turn, urgent), "waiting_for_slot");
}

TEST_F(AdmissionTest, SaysThatSlotsAreMissingWhereATaskBeforeThisOneNeedsMore) {
  options_.memory_bytes = 0;
  options_.slots = 2;
  const Admission::Mill sound = admission_.begin(1, 1);
  EXPECT_EQ(admission_.reason(Wait::turn, {.cores = 1}), "waiting_for_slot");
}

TEST_F(AdmissionTest, SaysWhatItsOwnSlotsHaveNoPartIn) {
  EXPECT_EQ(admission_.reason(Wait::others, {}), "waiting_for_slot");
  EXPECT_EQ(admission_.reason(Wait::retry, {}), "waiting_for_retry");
  EXPECT_EQ(admission_.reason(Wait::engine, {}), "waiting_for_engine");
}

TEST_F(AdmissionTest, SaysThatTheStoreIsAwayAlsoOfAVideoThatIsWorkedOn) {
  below_.fail_all(Error{ErrorCode::storage_unavailable, "EIO"});
  EXPECT_FALSE(run(store_.put(BlobKey("a"), Bytes(1))));
  EXPECT_EQ(admission_.reason(std::nullopt, {}), "storage_unavailable");
}

Task task(TaskState state, bool is_delayed = false) {
  Task made;
  made.state = state;
  made.is_delayed = is_delayed;
  return made;
}

TEST(WaitOf, IsForATurnWhereATaskMayBeLeasedAndNoneIs) {
  using enum TaskState;
  EXPECT_EQ(wait_of({task(completed), task(waiting)}), Wait::turn);
  EXPECT_EQ(wait_of({task(waiting, true), task(waiting)}), Wait::turn);
  EXPECT_EQ(wait_of({task(waiting), task(waiting, true)}), Wait::turn);
  EXPECT_EQ(wait_of({task(waiting), task(leased)}), std::nullopt);
  EXPECT_EQ(wait_of({task(completed)}), std::nullopt);
  EXPECT_EQ(wait_of({}), std::nullopt);
}

TEST(WaitOf, IsForARetryWhereAllThatIsLeftIsDelayed) {
  using enum TaskState;
  EXPECT_EQ(wait_of({task(completed), task(waiting, true)}), Wait::retry);
  EXPECT_EQ(wait_of({task(waiting, true), task(leased)}), std::nullopt);
}

TEST(NeedsOf, AreThoseOfTheFirstTaskThatMayBeLeased) {
  using enum TaskState;
  std::vector<Task> tasks{task(completed), task(waiting, true), task(waiting), task(waiting)};
  tasks[2].cores = 2;
  tasks[2].memory = 700;
  tasks[2].urgency = 1;
  const Needs needs = needs_of(tasks);
  EXPECT_EQ(needs.cores, 2);
  EXPECT_EQ(needs.memory, 700);
  EXPECT_FALSE(needs.is_urgent);
}

TEST(MillMemory, GrowsWithTheSourceAndTheLadder) {
  SourceInfo info;
  info.video.emplace();
  info.video->width = 7680;
  info.video->height = 4320;
  Plan plan;
  plan.ladder = {{"v0", 1920, 1080, 23, 4500, 9000}};
  const std::int64_t large = mill_memory(info, plan);
  EXPECT_GT(large, 517'000'000);  // as one was seen
  info.video->width = 1920;
  EXPECT_LT(mill_memory(info, plan), large);
  plan.ladder.clear();
  EXPECT_LT(mill_memory(info, plan), 300'000'000);
}

}  // namespace
}  // namespace vodmill::worker
