#include <gmock/gmock.h>

#include <map>
#include <set>

#include "conformance/catalog.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CatalogConformance, LeasesNothingOfAVideoThatNobodyCoordinates) {
  const Video video = make_video();
  EXPECT_EQ(try_lease(), std::nullopt);
  coordinate(video);
  const LeasedTask probe = lease_task();
  EXPECT_EQ(probe.task.state, TaskState::leased);
  EXPECT_EQ(probe.source.extents, video.source.extents);
  EXPECT_EQ(probe.prefix, video.prefix + "g1/");
  EXPECT_EQ(probe.plan, std::nullopt);
  EXPECT_EQ(try_lease(), std::nullopt);
}

TEST_P(CatalogConformance, LeasesFirstChunksAndSoundBeforeLaterChunksOfAnyVideo) {
  std::vector<GenerationLease> leases;
  for (int i = 0; i < 2; ++i) leases.push_back(coordinate(make_video()));
  for (int i = 0; i < 2; ++i) {
    const LeasedTask probe = lease_task();
    must(run(tasks().finish(probe.task.id, probe.token, "{}")));
  }
  for (const GenerationLease& lease : leases) {
    must(run(generations().store_plan(lease, small_info(), small_plan(), small_tasks())));
    advance(Milliseconds(1));
  }
  std::vector<std::pair<TaskKind, int>> order;
  for (int i = 0; i < 6; ++i) {
    const LeasedTask task = lease_task();
    EXPECT_EQ(task.plan.value().frames, 600);
    EXPECT_EQ(task.task.video, leases[i < 2 || i == 4 ? 0 : 1].video);
    order.emplace_back(task.task.kind, task.task.index);
  }
  using enum TaskKind;
  EXPECT_THAT(order, ElementsAre(std::pair(chunk, 0), std::pair(audio, 0), std::pair(chunk, 0),
                                 std::pair(audio, 0), std::pair(chunk, 1), std::pair(chunk, 1)));
  EXPECT_EQ(try_lease(), std::nullopt);
}

TEST_P(CatalogConformance, LeasesTheMoreUrgentVideoFirstThenTheOlder) {
  const Video late = make_video("", 5);
  const Video older = make_video("", 1);
  const Video newer = make_video("", 1);
  for (const Video& video : {late, older, newer}) coordinate(video);
  EXPECT_EQ(lease_task().task.video, older.id);
  EXPECT_EQ(lease_task().task.video, newer.id);
  EXPECT_EQ(lease_task().task.video, late.id);
}

TEST_P(CatalogConformance, LeasesForTheOwnerWithTheFewestTasksFirst) {
  std::vector<Video> made;
  for (int i = 0; i < 3; ++i) made.push_back(make_video("greedy"));
  made.push_back(make_video("modest"));
  for (const Video& video : made) coordinate(video);
  EXPECT_EQ(lease_task().task.video, made[0].id);
  EXPECT_EQ(lease_task().task.video, made[3].id);
  EXPECT_EQ(lease_task().task.video, made[1].id);
}

TEST_P(CatalogConformance, LeasesToAnEngineOnlyTheTasksOfItsBuild) {
  coordinate_planned(make_video());
  EXPECT_EQ(
      must(run(tasks().lease(WorkerId("w"), {.build = EngineBuild("build-2"), .lease = kLease}))),
      std::nullopt);
  EXPECT_NE(try_lease(), std::nullopt);
}

TEST_P(CatalogConformance, MintsATokenThatNoOtherLeaseOfTheGenerationHas) {
  coordinate_planned(make_video());
  std::set<Token> tokens;
  int leases = 0;
  for (int round = 0; round < 3; ++round) {
    while (const auto task = try_lease()) {
      tokens.insert(task->token);
      ++leases;
      if (round == 0) must(run(tasks().give_back(task->task.id, task->token, Milliseconds(1))));
    }
    advance(kLease + Milliseconds(1));
  }
  EXPECT_GT(leases, 6);
  EXPECT_EQ(std::ssize(tokens), leases);
}

TEST_P(CatalogConformance, TakesALapsedTaskOverWithALargerTokenAndCountsTheLoss) {
  const Video video = make_video();
  coordinate(video);
  const LeasedTask first = lease_task();
  advance(kLease - Milliseconds(1));
  EXPECT_EQ(try_lease(), std::nullopt);
  advance(Milliseconds(1));
  const LeasedTask second = lease_task();
  EXPECT_EQ(second.task.id, first.task.id);
  EXPECT_GT(second.token, first.token);
  EXPECT_EQ(second.task.losses, 1);
  EXPECT_EQ(second.task.attempts, 0);
}

TEST_P(CatalogConformance, LetsALapsedLeaseThatIsStillCurrentWriteAndRenew) {
  coordinate_planned(make_video());
  const LeasedTask task = lease_task();
  advance(kLease * 2);
  EXPECT_EQ(must(run(tasks().commit_segment(task.task.id, task.token, segment("v0", 0, "k")))),
            CommitOutcome::won);
  must(run(tasks().renew(task.task.id, task.token, kLease, 1)));
  EXPECT_NE(lease_task().task.id, task.task.id);
}

TEST_P(CatalogConformance, RefusesEveryWriteOfATokenThatWasOvertakenAndWritesNothing) {
  const Video video = make_video();
  coordinate_planned(video);
  for (int i = 0; i < 2; ++i) lease_task();
  const LeasedTask old = lease_task();
  const TaskId id = old.task.id;
  advance(kLease);
  LeasedTask current = lease_task();
  while (current.task.id != id) current = lease_task();
  const Error error{ErrorCode::transcode_failed, "late"};
  EXPECT_EQ(code_of(run(tasks().renew(id, old.token, kLease, 5))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().commit_segment(id, old.token, segment("v1", 2, "old")))),
            ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().finish(id, old.token, "late"))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().fail(id, old.token, error))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().crashed(id, old.token, error, kLease))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().give_back(id, old.token, kLease))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().renew(TaskId("unknown"), old.token, kLease, 5))),
            ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().finish(TaskId("unknown"), old.token, ""))), ErrorCode::lease_lost);

  const Task task = find_task(id, video.id);
  EXPECT_EQ(task.state, TaskState::leased);
  EXPECT_EQ(task.attempts, 0);
  EXPECT_EQ(task.done, 0);
  EXPECT_EQ(task.result, "");
  EXPECT_EQ(task.error, std::nullopt);
  EXPECT_THAT(must(run(videos().segments(video.id, 1, "v1"))), IsEmpty());
  must(run(tasks().renew(id, current.token, kLease, 5)));
}

TEST_P(CatalogConformance, FailsATaskThatFiveWorkersInARowHaveLost) {
  const Video video = make_video();
  coordinate(video);
  LeasedTask task = lease_task();
  for (int losses = 1; losses < kMaxLosses; ++losses) {
    task = take_over();
    EXPECT_EQ(task.task.losses, losses);
  }
  advance(kLease);
  EXPECT_EQ(try_lease(), std::nullopt);
  const Task lost = find_task(task.task.id, video.id);
  EXPECT_EQ(lost.state, TaskState::failed);
  EXPECT_EQ(lost.error.value().code, ErrorCode::worker_lost);
  EXPECT_EQ(code_of(run(tasks().renew(task.task.id, task.token, kLease, 0))),
            ErrorCode::lease_lost);
}

TEST_P(CatalogConformance, ForgivesLossesForANewSegmentOnly) {
  const Video video = make_video();
  coordinate_planned(video);
  lease_task();
  LeasedTask task = take_over();
  EXPECT_EQ(task.task.losses, 1);
  const auto commit = [&] {
    return must(run(tasks().commit_segment(task.task.id, task.token, segment("v0", 0, "k"))));
  };
  EXPECT_EQ(commit(), CommitOutcome::won);
  EXPECT_EQ(find_task(task.task.id, video.id).losses, 0);
  const TaskId id = task.task.id;
  advance(kLease);
  do task = lease_task();
  while (task.task.id != id);
  EXPECT_EQ(task.task.losses, 1);
  EXPECT_EQ(commit(), CommitOutcome::lost);
  EXPECT_EQ(find_task(id, video.id).losses, 1);
}

TEST_P(CatalogConformance, KeepsTheFirstCommittedSegmentForEver) {
  const Video video = make_video();
  coordinate_planned(video);
  const LeasedTask task = lease_task();
  const auto commit = [&](const Segment& s) {
    return must(run(tasks().commit_segment(task.task.id, task.token, s)));
  };
  EXPECT_EQ(commit(segment("v0", kInitSegment, "init")), CommitOutcome::won);
  EXPECT_EQ(commit(segment("v0", 1, "first")), CommitOutcome::won);
  EXPECT_EQ(commit(segment("v0", 1, "second")), CommitOutcome::lost);
  EXPECT_EQ(commit(segment("v0", 0, "zero")), CommitOutcome::won);
  EXPECT_EQ(commit(segment("v1", 1, "other")), CommitOutcome::won);

  const auto rows = must(run(videos().segments(video.id, 1, "v0")));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].index, kInitSegment);
  EXPECT_EQ(rows[0].codecs, "avc1.64001f");
  EXPECT_EQ(rows[1].key, BlobKey("zero"));
  EXPECT_EQ(rows[2].key, BlobKey("first"));
  EXPECT_EQ(rows[2].bytes, 1001);
  EXPECT_EQ(rows[2].start, 6000);
  EXPECT_EQ(rows[2].duration, 6000);
  EXPECT_EQ(rows[2].samples, 150);
  EXPECT_EQ(rows[2].timescale, 1000);
  EXPECT_EQ(rows[2].rendition, "v0");
  EXPECT_EQ(rows[0].key_frame, std::nullopt);
  EXPECT_EQ(rows[2].key_frame, (ByteRange{24, 101}));
}

TEST_P(CatalogConformance, ACommittedSegmentIsNoEvent) {
  const Video video = make_video();
  coordinate_planned(video);
  const auto before = event_types(video.id);
  const LeasedTask task = lease_task();
  must(run(tasks().commit_segment(task.task.id, task.token, segment("v0", 0, "k"))));
  EXPECT_EQ(event_types(video.id), before);
  EXPECT_EQ(get(video.id).event_sequence, static_cast<std::int64_t>(before.size()));
}

TEST_P(CatalogConformance, TellsARetryWhatOfItsSegmentsIsCommittedAlready) {
  coordinate_planned(make_video());
  std::map<std::pair<TaskKind, int>, LeasedTask> leased;
  for (int i = 0; i < 3; ++i) {
    const LeasedTask task = lease_task();
    EXPECT_THAT(task.committed, IsEmpty());
    leased[{task.task.kind, task.task.index}] = task;
  }
  const auto commit = [&](TaskKind kind, int index, const Segment& s) {
    const LeasedTask& task = leased.at({kind, index});
    must(run(tasks().commit_segment(task.task.id, task.token, s)));
  };
  commit(TaskKind::chunk, 0, segment("v0", kInitSegment, "i0"));
  commit(TaskKind::chunk, 0, segment("v0", 1, "v0-1"));
  commit(TaskKind::chunk, 1, segment("v1", kInitSegment, "i1"));
  commit(TaskKind::chunk, 1, segment("v1", 2, "v1-2"));
  commit(TaskKind::audio, 0, segment("a0", kInitSegment, "ia"));
  commit(TaskKind::audio, 0, segment("a0", 3, "a0-3"));

  advance(kLease);
  std::map<std::pair<TaskKind, int>, std::vector<std::string>> keys;
  for (int i = 0; i < 3; ++i) {
    const LeasedTask task = lease_task();
    for (const Segment& s : task.committed) {
      keys[{task.task.kind, task.task.index}].push_back(s.key.str());
    }
  }
  EXPECT_THAT((keys[{TaskKind::chunk, 0}]), ElementsAre("i0", "v0-1", "i1"));
  EXPECT_THAT((keys[{TaskKind::chunk, 1}]), ElementsAre("i0", "i1", "v1-2"));
  EXPECT_THAT((keys[{TaskKind::audio, 0}]), ElementsAre("ia", "a0-3"));
}

TEST_P(CatalogConformance, ATaskOfASoundGoesOnFromItsOwnSegments) {
  Plan plan = small_plan();
  plan.sounds.push_back(plan.sounds.front());
  plan.sounds.back().name = "a1";
  std::vector<NewTask> tasks_of_both = small_tasks();
  tasks_of_both.push_back({TaskKind::audio, 1, 1, 10, kBuild});
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  const LeasedTask probe = lease_task();
  must(run(tasks().finish(probe.task.id, probe.token, "{}")));
  must(run(generations().store_plan(lease, small_info(), plan, tasks_of_both)));
  for (int i = 0; i < 4; ++i) {
    const LeasedTask task = lease_task();
    if (task.task.kind != TaskKind::audio) continue;
    const std::string name = "a" + std::to_string(task.task.index);
    for (const int index : {kInitSegment, 0}) {
      const Segment made = segment(name, index, name + std::to_string(index));
      must(run(tasks().commit_segment(task.task.id, task.token, made)));
    }
  }
  advance(kLease);
  std::map<std::pair<TaskKind, int>, std::vector<std::string>> keys;
  for (int i = 0; i < 4; ++i) {
    const LeasedTask task = lease_task();
    auto& of_task = keys[{task.task.kind, task.task.index}];
    for (const Segment& s : task.committed) of_task.push_back(s.key.str());
  }
  EXPECT_THAT((keys[{TaskKind::audio, 0}]), ElementsAre("a0-1", "a00"));
  EXPECT_THAT((keys[{TaskKind::audio, 1}]), ElementsAre("a1-1", "a10"));
  EXPECT_THAT((keys[{TaskKind::chunk, 0}]), IsEmpty());
  EXPECT_THAT((keys[{TaskKind::chunk, 1}]), IsEmpty());
}

TEST_P(CatalogConformance, AHeartbeatProlongsTheLeaseAndNeverTakesDoneBack) {
  const Video video = make_video();
  coordinate_planned(video);
  for (int i = 0; i < 2; ++i) lease_task();
  const LeasedTask task = lease_task();
  const Video before = get(video.id);
  advance(kLease - Milliseconds(1));
  must(run(tasks().renew(task.task.id, task.token, kLease, 70)));
  must(run(tasks().renew(task.task.id, task.token, kLease, 60)));
  EXPECT_EQ(find_task(task.task.id, video.id).done, 70);
  EXPECT_EQ(get(video.id).updated_at, before.updated_at);
  advance(kLease - Milliseconds(1));
  for (int i = 0; i < 2; ++i) EXPECT_NE(lease_task().task.id, task.task.id);
  EXPECT_EQ(try_lease(), std::nullopt);
}

TEST_P(CatalogConformance, FinishesATaskWithItsResult) {
  const Video video = make_video();
  coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(tasks().finish(task.task.id, task.token, R"({"a":1})")));
  const Task finished = find_task(task.task.id, video.id);
  EXPECT_EQ(finished.state, TaskState::completed);
  EXPECT_EQ(finished.result, R"({"a":1})");
  EXPECT_EQ(finished.done, finished.cost);
  EXPECT_EQ(code_of(run(tasks().finish(task.task.id, task.token, ""))), ErrorCode::lease_lost);
}

TEST_P(CatalogConformance, AFailedTaskLeavesItsSiblingsAndItsVideoAlone) {
  const Video video = make_video();
  coordinate_planned(video);
  const LeasedTask task = lease_task();
  const LeasedTask sibling = lease_task();
  must(run(tasks().fail(task.task.id, task.token, {ErrorCode::malformed_input, "bad"})));
  const Task failed = find_task(task.task.id, video.id);
  EXPECT_EQ(failed.state, TaskState::failed);
  EXPECT_EQ(failed.error.value().code, ErrorCode::malformed_input);
  EXPECT_EQ(failed.error.value().message, "bad");
  must(run(tasks().renew(sibling.task.id, sibling.token, kLease, 1)));
  EXPECT_EQ(get(video.id).status, VideoStatus::processing);
}

TEST_P(CatalogConformance, TriesATaskAgainAfterACrashAndTheDelayUntilItsAttemptsAreSpent) {
  const Video video = make_video();
  coordinate(video);
  const Error error{ErrorCode::transcode_failed, "The mill crashed."};
  LeasedTask task = lease_task();
  for (int attempt = 1; attempt < kMaxAttempts; ++attempt) {
    must(run(tasks().crashed(task.task.id, task.token, error, Milliseconds(1000))));
    EXPECT_EQ(find_task(task.task.id, video.id).state, TaskState::waiting);
    advance(Milliseconds(999));
    EXPECT_EQ(try_lease(), std::nullopt);
    advance(Milliseconds(1));
    const LeasedTask again = lease_task();
    EXPECT_GT(again.token, task.token);
    EXPECT_EQ(again.task.attempts, attempt);
    EXPECT_EQ(again.task.losses, 0);
    task = again;
  }
  must(run(tasks().crashed(task.task.id, task.token, error, Milliseconds(1000))));
  const Task failed = find_task(task.task.id, video.id);
  EXPECT_EQ(failed.state, TaskState::failed);
  EXPECT_EQ(failed.error.value().message, "The mill crashed.");
  advance(Milliseconds(1000));
  EXPECT_EQ(try_lease(), std::nullopt);
}

TEST_P(CatalogConformance, GivingATaskBackSpendsNothing) {
  const Video video = make_video();
  coordinate(video);
  const LeasedTask task = lease_task();
  must(run(tasks().give_back(task.task.id, task.token, Milliseconds(10))));
  EXPECT_EQ(code_of(run(tasks().renew(task.task.id, task.token, kLease, 1))),
            ErrorCode::lease_lost);
  EXPECT_EQ(try_lease(), std::nullopt);
  advance(Milliseconds(10));
  const LeasedTask again = lease_task();
  EXPECT_EQ(again.task.id, task.task.id);
  EXPECT_EQ(again.task.attempts, 0);
  EXPECT_EQ(again.task.losses, 0);
}

TEST_P(CatalogConformance, TakesOverADeadWorkersTaskAtOnceAndCountsALoss) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  const LeasedTask task = lease_task();
  must(run(tasks().bury(WorkerId("somebody else"))));
  EXPECT_FALSE(try_lease());
  must(run(tasks().bury(WorkerId("worker"))));
  const LeasedTask again = lease_task();
  EXPECT_EQ(again.task.id, task.task.id);
  EXPECT_EQ(again.task.losses, 1);
  EXPECT_EQ(code_of(run(tasks().finish(task.task.id, task.token, "{}"))), ErrorCode::lease_lost);

  must(run(tasks().bury(WorkerId("coordinator"))));
  const auto orphans = must(run(generations().orphans(kLease, 10)));
  ASSERT_EQ(orphans.size(), 1U);
  EXPECT_EQ(orphans[0].video, video.id);
  const auto next = run(generations().coordinate(video.id, 1, WorkerId("next"), kLease));
  EXPECT_TRUE(next);
  EXPECT_EQ(code_of(run(generations().mark_playable(lease))), ErrorCode::lease_lost);
}

}  // namespace
}  // namespace vodmill
