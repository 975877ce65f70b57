// In which order tasks have their turn.
#include <gmock/gmock.h>

#include <deque>

#include "conformance/catalog.h"
#include "core/waiting_reason.h"

namespace vodmill {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

std::ptrdiff_t last_turn_of(const std::string& owner, const std::vector<std::string>& turns) {
  const auto last = std::find(turns.rbegin(), turns.rend(), owner);
  return turns.rend() - last;
}

TEST_P(CatalogTurns, OfAnOwnerWithTwentyVideosDoNotKeepAnothersSingleVideoWaiting) {
  std::vector<Video> made;
  for (int i = 0; i < 20; ++i) made.push_back(make_video("greedy"));
  made.push_back(make_video("modest"));
  plan_all(made);
  const std::vector<std::string> turns = work_off(2);
  ASSERT_THAT(turns, SizeIs(21 * 3));
  // Its two urgent tasks have every other turn; its later chunk waits for the urgent ones of all.
  EXPECT_EQ(std::count(turns.begin(), turns.begin() + 5, "modest"), 2);
  EXPECT_LE(last_turn_of("modest", turns), 21 * 2 + 2);
}

TEST_P(CatalogTurns, GoRoundBetweenOwnersOnOneSlot) {
  std::vector<Video> made;
  for (int i = 0; i < 3; ++i) made.push_back(make_video("anna"));
  made.push_back(make_video("bert"));
  made.push_back(make_video("cleo"));
  plan_all(made);
  std::vector<std::string> turns = work_off(1);
  turns.resize(6);
  EXPECT_THAT(turns, ElementsAre("anna", "bert", "cleo", "anna", "bert", "cleo"));
}

TEST_P(CatalogTurns, OfFirstChunksAndSoundComeBeforeThoseOfEarlierAndMoreUrgentVideos) {
  const Video early = make_video("", 0);
  const Video late = make_video("", 9);
  plan_all({early, late});
  std::vector<std::pair<VideoId, int>> turns;
  for (int i = 0; i < 6; ++i) {
    const LeasedTask task = lease_task();
    turns.emplace_back(task.task.video, task.task.index);
  }
  EXPECT_THAT(turns,
              ElementsAre(std::pair(early.id, 0), std::pair(early.id, 0), std::pair(late.id, 0),
                          std::pair(late.id, 0), std::pair(early.id, 1), std::pair(late.id, 1)));
}

TEST_P(CatalogTurns, OfLaterChunksGoByPriorityBeforeFairness) {
  std::vector<Video> made{make_video("anna", 5), make_video("bert", 0), make_video("bert", 0)};
  plan_all(made);
  std::vector<LeasedTask> urgent;
  for (int i = 0; i < 6; ++i) urgent.push_back(lease_task());
  for (const LeasedTask& task : urgent) EXPECT_EQ(task.task.index, 0);
  for (const LeasedTask& task : urgent) finish(task);
  // Bert runs one and is served last, and still comes before Anna; what is left is hers.
  EXPECT_EQ(lease_task().task.video, made[1].id);
  EXPECT_EQ(lease_task().task.video, made[2].id);
  EXPECT_EQ(lease_task().task.video, made[0].id);
  EXPECT_EQ(try_lease(), std::nullopt);
}

TEST_P(CatalogTurns, FollowAChangeOfPriorityAtOnce) {
  const Video first = make_video();
  const Video second = make_video();
  coordinate(first);
  coordinate(second);
  must(run(videos().update(first.id, {.priority = 7})));
  EXPECT_EQ(lease_task().task.video, second.id);
}

TEST_P(CatalogTurns, AreNotGivenAwayByATaskForWhichThereIsNoRoom) {
  const Video large = make_video();
  const GenerationLease lease = coordinate(large);
  const LeasedTask probe = lease_task();
  const auto lease_in = [&](std::int64_t room) {
    return must(
        run(tasks().lease(WorkerId("worker"), {.build = kBuild, .lease = kLease, .room = room})));
  };
  EXPECT_EQ(probe.task.memory, kSmallMillBytes);
  finish(probe);
  std::vector<NewTask> planned = small_tasks();
  for (NewTask& task : planned) task.memory = task.kind == TaskKind::chunk ? 900 : 100;
  must(run(generations().store_plan(lease, small_info(), small_plan(), planned)));
  EXPECT_EQ(lease_in(899), std::nullopt);
  EXPECT_EQ(find_task(probe.task.id, large.id).losses, 0);
  const auto chunk = lease_in(900);
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->task.kind, TaskKind::chunk);
  EXPECT_EQ(chunk->task.memory, 900);
  EXPECT_EQ(lease_in(100).value().task.kind, TaskKind::audio);
}

TEST_P(CatalogTurns, LetUrgentTasksOvertakeOneWithoutRoomForHalfAMinute) {
  const auto lease_in = [&](std::int64_t megabytes) {
    return must(run(tasks().lease(
        WorkerId("worker"), {.build = kBuild, .lease = kLease, .room = megabytes * 1'000'000})));
  };
  const auto upload = [&] {
    const Video video = make_video();
    must(run(generations().coordinate(video.id, 1, WorkerId("worker"), 10 * kLease)));
    return video.id;
  };
  const VideoId large = make_large(900'000'000);
  EXPECT_EQ(lease_in(899), std::nullopt);
  const VideoId second = upload();
  const auto overtaking = lease_in(899);
  ASSERT_TRUE(overtaking);
  EXPECT_EQ(overtaking->task.video, second);
  finish(*overtaking);
  advance(Milliseconds(30'000));
  const VideoId third = upload();
  EXPECT_EQ(lease_in(899), std::nullopt) << "the large one is next now";
  const auto waited = lease_in(900);
  ASSERT_TRUE(waited);
  EXPECT_EQ(waited->task.video, large);
  EXPECT_EQ(lease_in(899).value().task.video, third);
}

TEST_P(CatalogTurns, OfTasksThatHaveWaitedForRoomGoToTheOneThatHasWaitedLongest) {
  const VideoId first = make_large(900'000'000);
  const auto lease_in = [&](std::int64_t megabytes) {
    return must(run(tasks().lease(
        WorkerId("worker"), {.build = kBuild, .lease = kLease, .room = megabytes * 1'000'000})));
  };
  EXPECT_EQ(lease_in(899), std::nullopt);
  const VideoId urgent = make_large(950'000'000, -1);
  EXPECT_EQ(lease_in(899), std::nullopt);
  advance(Milliseconds(60'000));
  EXPECT_EQ(lease_in(950).value().task.video, first);
  EXPECT_EQ(lease_in(950).value().task.video, urgent);
}

TEST_P(CatalogTurns, AreNotGivenAwayByATaskForWhichThereAreTooFewCores) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  const LeasedTask probe = lease_task();
  EXPECT_EQ(probe.task.cores, 1);
  EXPECT_EQ(probe.task.urgency, kUrgent);
  finish(probe);
  std::vector<NewTask> planned = small_tasks();
  for (NewTask& task : planned) task.cores = task.kind == TaskKind::chunk ? 2 : 1;
  must(run(generations().store_plan(lease, small_info(), small_plan(), planned)));
  EXPECT_EQ(lease_on(1, 1), std::nullopt);
  const auto chunk = lease_on(2, 2);
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->task.kind, TaskKind::chunk);
  EXPECT_EQ(chunk->task.cores, 2);
  EXPECT_EQ(lease_on(1, 1).value().task.kind, TaskKind::audio);
  const Task shown = find_task(chunk->task.id, video.id);
  EXPECT_EQ(shown.cores, 2);
  EXPECT_EQ(shown.urgency, kUrgent);
}

TEST_P(CatalogTurns, OfUrgentTasksComeAlsoWhereCoresAreThereForThemAlone) {
  const VideoId large = make_large(0);
  EXPECT_EQ(lease_on(0, kAnyCores), std::nullopt) << "what is left of it is not urgent";
  const Video second = make_video();
  must(run(generations().coordinate(second.id, 1, WorkerId("worker"), 10 * kLease)));
  EXPECT_EQ(lease_on(0, 0), std::nullopt);
  const auto probe = lease_on(0, kAnyCores);
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->task.video, second.id);
  EXPECT_EQ(lease_on(0, kAnyCores), std::nullopt);
  EXPECT_EQ(lease_on(1, kAnyCores).value().task.video, large);
}

TEST_P(CatalogTurns, OfATaskWithoutCoresAreNotBroughtForwardByItsWait) {
  const VideoId large = make_large(0);
  EXPECT_EQ(lease_on(0, 0), std::nullopt);
  advance(Milliseconds(60'000));
  const Video second = make_video();
  must(run(generations().coordinate(second.id, 1, WorkerId("worker"), 10 * kLease)));
  EXPECT_EQ(lease_on(1, 1).value().task.video, second.id);
  EXPECT_EQ(lease_on(1, 1).value().task.video, large);
}

TEST_P(CatalogTurns, OfATaskThatHasWaitedForRoomAreNotTakenByAnUrgentOneBesideTheSlots) {
  const VideoId large = make_large(900'000'000);
  const auto lease_with = [&](std::int64_t room, int cores) {
    const TaskWish wish{
        .build = kBuild, .lease = kLease, .room = room, .cores = cores, .urgent_cores = kAnyCores};
    return must(run(tasks().lease(WorkerId("worker"), wish)));
  };
  EXPECT_EQ(lease_with(899'000'000, 1), std::nullopt);
  advance(Milliseconds(30'000));
  const Video second = make_video();
  must(run(generations().coordinate(second.id, 1, WorkerId("worker"), 10 * kLease)));
  EXPECT_EQ(lease_with(kAnyRoom, 0), std::nullopt);
  EXPECT_EQ(lease_with(kAnyRoom, 1).value().task.video, large);
  EXPECT_EQ(lease_with(kAnyRoom, 0).value().task.video, second.id);
}

TEST_P(CatalogTurns, OfAVideoWithoutACoordinatorWaitForAWorker) {
  const Video video = make_video();
  const auto reasons = [&] {
    const QueueFigures figures = must(run(jobs().figures(Milliseconds(1000))));
    std::vector<std::string> all{get(video.id).waiting_reason,
                                 must(run(jobs().list({}))).jobs.at(0).waiting_reason};
    for (const auto& [reason, count] : figures.waiting_reasons) all.push_back(reason);
    return all;
  };
  const std::string waits(waiting::kForWorker);
  EXPECT_THAT(reasons(), ElementsAre(waits, waits, waits));
  const GenerationLease lease = coordinate(video);
  EXPECT_THAT(reasons(), ElementsAre("", ""));
  must(run(generations().renew(lease, kLease, {.progress = 1, .waiting_reason = "disk_full"})));
  EXPECT_THAT(reasons(), Each("disk_full"));
  advance(kLease);
  EXPECT_THAT(reasons(), ElementsAre(waits, waits, waits));
  coordinate(video);
  must(run(videos().cancel(video.id)));
  EXPECT_THAT(reasons(), ElementsAre("", ""));
}

}  // namespace

void CatalogTurns::plan_all(const std::vector<Video>& made) {
  std::vector<GenerationLease> leases;
  for (const Video& video : made) leases.push_back(coordinate(video));
  for (std::size_t i = 0; i < made.size(); ++i) {
    const LeasedTask probe = lease_task();
    EXPECT_EQ(probe.task.kind, TaskKind::probe);
    must(run(tasks().finish(probe.task.id, probe.token, "{}")));
  }
  for (const GenerationLease& lease : leases) {
    advance(Milliseconds(1));
    must(run(generations().store_plan(lease, small_info(), small_plan(), small_tasks())));
  }
}

VideoId CatalogTurns::make_large(std::int64_t memory, int priority) {
  const Video video = make_video("", priority);
  const GenerationLease lease =
      must(run(generations().coordinate(video.id, 1, WorkerId("worker"), 10 * kLease)));
  finish(lease_task());
  std::vector<NewTask> planned = small_tasks();
  for (NewTask& task : planned) task.memory = task.urgency == 0 ? 0 : memory;
  must(run(generations().store_plan(lease, small_info(), small_plan(), planned)));
  for (int urgent = 0; urgent < 2; ++urgent) finish(lease_task());
  return video.id;
}

std::optional<LeasedTask> CatalogTurns::lease_on(int cores, int urgent_cores) {
  TaskWish wish{.build = kBuild,
                .lease = kLease,
                .room = kAnyRoom,
                .cores = cores,
                .urgent_cores = urgent_cores};
  return must(run(tasks().lease(WorkerId("worker"), std::move(wish))));
}

void CatalogTurns::finish(const LeasedTask& task) {
  advance(Milliseconds(1));
  must(run(tasks().finish(task.task.id, task.token, "{}")));
}

std::vector<std::string> CatalogTurns::work_off(int slots) {
  std::vector<std::string> turns;
  std::deque<LeasedTask> running;
  for (;;) {
    while (std::ssize(running) < slots) {
      std::optional<LeasedTask> task = try_lease();
      if (!task) break;
      turns.push_back(get(task->task.video).owner);
      running.push_back(std::move(*task));
      advance(Milliseconds(1));
    }
    if (running.empty()) return turns;
    finish(running.front());
    running.pop_front();
  }
}

}  // namespace vodmill
