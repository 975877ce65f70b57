#include <map>

#include "conformance/catalog.h"

namespace vodmill {
namespace {

std::map<VideoStatus, std::int64_t> videos_of(const Census& census) {
  std::map<VideoStatus, std::int64_t> videos;
  for (const Census::Videos& group : census.videos) videos[group.status] += group.count;
  return videos;
}

std::map<std::pair<TaskKind, TaskState>, std::int64_t> tasks_of(const Census& census) {
  std::map<std::pair<TaskKind, TaskState>, std::int64_t> tasks;
  for (const Census::Tasks& group : census.tasks) tasks[{group.kind, group.state}] += group.count;
  return tasks;
}

TEST_P(CatalogConformance, CountsNothingWhereThereIsNothing) {
  const Census counted = must(run(census().count()));
  EXPECT_TRUE(counted.videos.empty());
  EXPECT_TRUE(counted.tasks.empty());
  EXPECT_EQ(counted.longest_wait, Milliseconds(0));
  EXPECT_EQ(counted.undelivered_jobs, 0);
}

TEST_P(CatalogConformance, CountsVideosByStatusButNotThoseRemoved) {
  make_video();
  make_video();
  const Video cancelled = make_video();
  must(run(videos().cancel(cancelled.id)));
  coordinate(make_video());
  const Video removed = make_video();
  must(run(videos().remove(removed.id, Milliseconds(0))));
  const std::map<VideoStatus, std::int64_t> expected{
      {VideoStatus::pending, 2}, {VideoStatus::cancelled, 1}, {VideoStatus::processing, 1}};
  const Census counted = must(run(census().count()));
  EXPECT_EQ(videos_of(counted), expected);
}

TEST_P(CatalogConformance, CountsTheTasksOfVideosThatHaveNotEnded) {
  coordinate_planned(make_video());
  must(run(videos().cancel(make_video().id)));
  std::map<std::pair<TaskKind, TaskState>, std::int64_t> expected{
      {{TaskKind::probe, TaskState::completed}, 1},
      {{TaskKind::chunk, TaskState::waiting}, 2},
      {{TaskKind::audio, TaskState::waiting}, 1}};
  EXPECT_EQ(tasks_of(must(run(census().count()))), expected);
  const LeasedTask leased = lease_task();
  --expected[{leased.task.kind, TaskState::waiting}];
  ++expected[{leased.task.kind, TaskState::leased}];
  std::erase_if(expected, [](const auto& group) { return group.second == 0; });
  EXPECT_EQ(tasks_of(must(run(census().count()))), expected);
}

TEST_P(CatalogConformance, TellsHowLongTheOldestWaitingTaskCouldHaveBeenDone) {
  const GenerationLease lease = coordinate(make_video());
  advance(Milliseconds(4'000));
  EXPECT_EQ(must(run(census().count())).longest_wait, Milliseconds(4'000));
  const LeasedTask probe = lease_task();
  EXPECT_EQ(must(run(census().count())).longest_wait, Milliseconds(0));
  must(run(tasks().give_back(probe.task.id, probe.token, Milliseconds(3'000))));
  advance(Milliseconds(1'000));
  EXPECT_EQ(must(run(census().count())).longest_wait, Milliseconds(0));
  advance(Milliseconds(7'000));
  EXPECT_EQ(must(run(census().count())).longest_wait, Milliseconds(5'000));
}

TEST_P(CatalogConformance, CountsJobsThatHaveNotReachedTheQueue) {
  make_video();
  make_video();
  EXPECT_EQ(must(run(census().count())).undelivered_jobs, 2);
  const OutboxRow row = must(run(outbox().undelivered(1))).at(0);
  must(run(outbox().delivered(row.id, "queue", row.job.id)));
  EXPECT_EQ(must(run(census().count())).undelivered_jobs, 1);
}

TEST_P(CatalogConformance, KnowsAllThatIsOwedToTheSweeper) {
  must(run(outbox().sweep_later("later/", Milliseconds(60'000))));
  must(run(outbox().sweep_later("now/", Milliseconds(0))));
  EXPECT_EQ(must(run(census().pending_sweeps())), (std::vector<std::string>{"later/", "now/"}));
  must(run(outbox().swept(must(run(outbox().due_sweeps(1))).at(0).id)));
  EXPECT_EQ(must(run(census().pending_sweeps())), std::vector<std::string>{"later/"});
}

TEST_P(CatalogConformance, TellsWhatAnOwnerHas) {
  const auto make = [&](std::string owner, std::int64_t bytes) {
    NewVideo video = new_video();
    video.owner = std::move(owner);
    video.source.extents = {{.offset = 0, .length = bytes, .key = BlobKey(video.id.str() + "/s")}};
    video.source.length = bytes;
    return must(run(videos().create(std::move(video))));
  };
  const Video first = make("anna", 10);
  const Video second = make("anna", 20);
  make("bert", 100);
  make("", 1'000);
  const auto usage = [&](const char* owner) { return must(run(census().of_owner(owner))); };
  EXPECT_EQ(usage("anna").unfinished_videos, 2);
  EXPECT_EQ(usage("anna").bytes, 30);
  EXPECT_EQ(usage("").bytes, 1'000);
  EXPECT_EQ(usage("nobody").unfinished_videos, 0);
  must(run(videos().cancel(first.id)));
  EXPECT_EQ(usage("anna").unfinished_videos, 1);
  EXPECT_EQ(usage("anna").bytes, 30);
  must(run(videos().remove(first.id, Milliseconds(0))));
  must(run(videos().remove(second.id, Milliseconds(0))));
  EXPECT_EQ(usage("anna").unfinished_videos, 0);
  EXPECT_EQ(usage("anna").bytes, 0);
}

TEST_P(CatalogConformance, CreatesNoVideoBeyondItsOwnersQuota) {
  const auto make = [&](std::string owner) {
    NewVideo video = new_video();
    video.owner = std::move(owner);
    video.quota.unfinished_videos = 1;
    return run(videos().create(std::move(video)));
  };
  const Video first = must(make("anna"));
  EXPECT_EQ(code_of(make("anna")), ErrorCode::quota_exceeded);
  EXPECT_EQ(must(run(videos().list({}))).videos.size(), 1U);
  EXPECT_EQ(must(run(outbox().undelivered(10))).size(), 1U);
  EXPECT_TRUE(make("bert"));
  must(run(videos().cancel(first.id)));
  EXPECT_TRUE(make("anna"));
}

TEST_P(CatalogConformance, RetriesNoVideoThatHasEndedBeyondItsOwnersQuota) {
  const RetryTerms terms{.generation = {}, .quota = {.unfinished_videos = 1, .bytes = {}}};
  const Video ended = make_video("anna");
  must(run(videos().cancel(ended.id)));
  const Video other = make_video("anna");
  EXPECT_EQ(code_of(run(videos().retry(ended.id, terms))), ErrorCode::quota_exceeded);
  EXPECT_EQ(get(ended.id).status, VideoStatus::cancelled);
  EXPECT_EQ(must(run(videos().retry(other.id, terms))).generation, 2) << "it counts already";
  must(run(videos().cancel(other.id)));
  EXPECT_EQ(must(run(videos().retry(ended.id, terms))).generation, 2);
}

}  // namespace
}  // namespace vodmill
