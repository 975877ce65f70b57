// core/job_view.h and core/worker_list.h.
#include "conformance/catalog.h"

namespace vodmill {
namespace {

JobPage list(JobView& jobs, JobFilter filter = {}) {
  return must(run(jobs.list(std::move(filter))));
}

std::vector<VideoId> videos_of(const JobPage& page) {
  std::vector<VideoId> ids;
  for (const ShownJob& job : page.jobs) ids.push_back(job.video);
  return ids;
}

TEST_P(CatalogConformance, ShowsJobsNewestFirstPageByPage) {
  const Video a = make_video();
  const Video b = make_video("", 7);
  const Video c = make_video();
  const JobPage first = list(jobs(), {.state = {}, .limit = 2, .cursor = {}});
  EXPECT_EQ(videos_of(first), (std::vector{c.id, b.id}));
  EXPECT_EQ(first.jobs[1].priority, 7);
  const JobPage second = list(jobs(), {.state = {}, .limit = 2, .cursor = first.next_cursor});
  EXPECT_EQ(videos_of(second), (std::vector{a.id}));
  EXPECT_EQ(second.next_cursor, "");
}

TEST_P(CatalogConformance, RefusesAPageOfJobsThatCannotBe) {
  for (const JobFilter& filter : {JobFilter{.state = {}, .limit = 0, .cursor = {}},
                                  JobFilter{.state = {}, .limit = 201, .cursor = {}},
                                  JobFilter{.state = {}, .limit = 1, .cursor = "x"},
                                  JobFilter{.state = {}, .limit = 1, .cursor = "5.no-number"}}) {
    EXPECT_EQ(code_of(run(jobs().list(filter))), ErrorCode::invalid_request);
  }
}

TEST_P(CatalogConformance, ShowsAJobForEachGeneration) {
  const Video video = make_video();
  must(run(generations().fail(coordinate(video), {ErrorCode::out_of_memory, "It is large."})));
  advance(Milliseconds(1));
  must(run(videos().retry(video.id)));
  const JobPage page = list(jobs());
  ASSERT_EQ(page.jobs.size(), 2U);
  EXPECT_EQ(page.jobs[0].generation, 2);
  EXPECT_EQ(page.jobs[0].state, JobState::waiting);
  EXPECT_EQ(page.jobs[0].error, std::nullopt);
  EXPECT_EQ(page.jobs[0].ended_at, std::nullopt);
  EXPECT_EQ(page.jobs[1].generation, 1);
  EXPECT_EQ(page.jobs[1].state, JobState::failed);
  ASSERT_TRUE(page.jobs[1].error);
  EXPECT_EQ(page.jobs[1].error->code, ErrorCode::out_of_memory);
  EXPECT_EQ(page.jobs[1].error->message, "It is large.");
  EXPECT_TRUE(page.jobs[1].ended_at);
}

TEST_P(CatalogConformance, ShowsTheJobsOfOneVideo) {
  const Video video = make_video();
  make_video();
  must(run(videos().retry(video.id)));
  JobFilter filter;
  filter.video = video.id;
  EXPECT_EQ(videos_of(list(jobs(), filter)), (std::vector{video.id, video.id}));
  filter.state = JobState::waiting;
  EXPECT_EQ(list(jobs(), filter).jobs.at(0).generation, 2);
  EXPECT_EQ(list(jobs(), filter).jobs.size(), 1U);
  filter.video = VideoId("none");
  EXPECT_TRUE(list(jobs(), filter).jobs.empty());
}

TEST_P(CatalogConformance, ShowsTheStateOfAJob) {
  const Video video = make_video();
  const auto state = [&] { return list(jobs()).jobs.at(0).state; };
  EXPECT_EQ(state(), JobState::waiting);
  const GenerationLease lease = coordinate_planned(video);
  EXPECT_EQ(state(), JobState::active);
  advance(kLease * 2);
  EXPECT_EQ(state(), JobState::waiting) << "nobody coordinates it";
  must(run(generations().renew(lease, kLease, {.progress = 40, .waiting_reason = "no room"})));
  EXPECT_EQ(state(), JobState::active);
  EXPECT_EQ(list(jobs()).jobs.at(0).progress, 40);
  EXPECT_EQ(list(jobs()).jobs.at(0).waiting_reason, "no room");
  must(run(generations().complete(lease, {.duration_seconds = 24, .partial = {}})));
  EXPECT_EQ(state(), JobState::completed);
  EXPECT_EQ(list(jobs()).jobs.at(0).progress, 100);
  EXPECT_EQ(list(jobs()).jobs.at(0).waiting_reason, "");
}

TEST_P(CatalogConformance, ShowsAJobAsDelayedWhileAllItsTasksWaitForAMoment) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  const LeasedTask probe = lease_task();
  must(run(tasks().crashed(probe.task.id, probe.token, {ErrorCode::internal_error, "It fell."},
                           Milliseconds(5'000))));
  EXPECT_EQ(videos_of(list(jobs(), {.state = JobState::delayed, .limit = 5, .cursor = {}})),
            std::vector{video.id});
  advance(Milliseconds(5'000));
  EXPECT_EQ(list(jobs()).jobs.at(0).state, JobState::active);
  EXPECT_TRUE(list(jobs(), {.state = JobState::delayed, .limit = 5, .cursor = {}}).jobs.empty());
}

TEST_P(CatalogConformance, ShowsACancelledJobAsFailed) {
  const Video cancelled = make_video();
  must(run(videos().cancel(cancelled.id)));
  const Video superseded = make_video();
  must(run(videos().retry(superseded.id)));
  const JobPage page = list(jobs(), {.state = JobState::failed, .limit = 5, .cursor = {}});
  EXPECT_EQ(videos_of(page), (std::vector{superseded.id, cancelled.id}));
  std::vector<std::optional<Error>> errors;
  for (const ShownJob& job : page.jobs) errors.push_back(job.error);
  EXPECT_EQ(errors, (std::vector<std::optional<Error>>{
                        Error{ErrorCode::cancelled, "It was given up for a retry of the video."},
                        must(run(videos().get(cancelled.id))).error}));
}

TEST_P(CatalogConformance, ShowsNoJobOfAVideoThatWasRemoved) {
  const Video video = make_video();
  const MessageId id = list(jobs()).jobs.at(0).id;
  EXPECT_EQ(must(run(jobs().get(id))).job.video, video.id);
  must(run(videos().remove(video.id, Milliseconds(0))));
  EXPECT_TRUE(list(jobs()).jobs.empty());
  EXPECT_EQ(code_of(run(jobs().get(id))), ErrorCode::not_found);
}

TEST_P(CatalogConformance, KnowsNoJobByAnIdThatIsNone) {
  const Video video = make_video();
  for (const std::string& id :
       {std::string("x"), std::string(), video.id.str(), video.id.str() + "-0",
        video.id.str() + "-2", video.id.str() + "-1x", std::string("-")}) {
    EXPECT_EQ(code_of(run(jobs().get(MessageId(id)))), ErrorCode::not_found) << id;
  }
}

TEST_P(CatalogConformance, NamesAJobAsTheOutboxDoes) {
  make_video();
  EXPECT_EQ(list(jobs()).jobs.at(0).id, must(run(outbox().undelivered(1))).at(0).job.id);
}

TEST_P(CatalogConformance, ShowsAJobsPlanAndTasks) {
  const Video video = make_video();
  const MessageId id = list(jobs()).jobs.at(0).id;
  const JobDetails before = must(run(jobs().get(id)));
  EXPECT_FALSE(before.plan);
  EXPECT_FALSE(before.info);
  EXPECT_EQ(before.tasks.size(), 1U);
  EXPECT_EQ(before.tasks[0].worker, "");
  coordinate_planned(video);
  const LeasedTask leased = lease_task();
  const JobDetails after = must(run(jobs().get(id)));
  ASSERT_TRUE(after.plan);
  EXPECT_EQ(after.plan->ladder.size(), small_plan().ladder.size());
  EXPECT_TRUE(after.info);
  EXPECT_EQ(after.tasks.size(), small_tasks().size() + 1);
  EXPECT_EQ(after.tasks[0].task.kind, TaskKind::probe);
  int with_worker = 0;
  for (const ShownTask& task : after.tasks) {
    if (task.task.state != TaskState::leased) continue;
    EXPECT_EQ(task.task.id, leased.task.id);
    with_worker += task.worker.empty() ? 0 : 1;
  }
  EXPECT_EQ(with_worker, 1);
}

TEST_P(CatalogConformance, CountsTheJobs) {
  const Timestamp oldest = make_video().created_at;
  make_video();
  const GenerationLease active = coordinate_planned(make_video());
  must(run(generations().renew(active, kLease, {.progress = 1, .waiting_reason = "no room"})));
  must(run(videos().cancel(make_video().id)));
  const LeasedTask task = lease_task();
  const QueueFigures figures = must(run(jobs().figures(std::chrono::hours(1))));
  EXPECT_EQ(figures.counts.waiting, 2);
  EXPECT_EQ(figures.counts.active, 1);
  EXPECT_EQ(figures.counts.delayed, 0);
  EXPECT_EQ(figures.counts.completed, 0);
  EXPECT_EQ(figures.counts.failed, 1);
  EXPECT_EQ(figures.waiting_reasons, (std::map<std::string, std::int64_t>{{"no room", 1}}));
  ASSERT_TRUE(figures.oldest_waiting);
  EXPECT_EQ(figures.oldest_waiting->ms, oldest.ms);
  ASSERT_EQ(figures.running.size(), 1U);
  EXPECT_EQ(figures.running[0].task.id, task.task.id);
  advance(kLease * 2);
  EXPECT_TRUE(must(run(jobs().figures(std::chrono::hours(1)))).running.empty());
}

TEST_P(CatalogConformance, TellsWhichJobsEndedOfLate) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  advance(Milliseconds(2'000));
  must(run(generations().complete(lease, {.duration_seconds = 24, .partial = {}})));
  must(run(generations().fail(coordinate(make_video()), {ErrorCode::not_a_video, "A poem."})));
  must(run(videos().cancel(make_video().id)));
  const auto ended = [&] { return must(run(jobs().figures(std::chrono::minutes(5)))).ended; };
  ASSERT_EQ(ended().size(), 2U);
  EXPECT_TRUE(ended()[0].completed);
  EXPECT_GE(ended()[0].ended_at.ms - ended()[0].created_at.ms, 2'000);
  EXPECT_FALSE(ended()[1].completed);
  advance(std::chrono::minutes(6));
  EXPECT_TRUE(ended().empty());
}

WorkerNotice notice(std::string id, int busy = 0) {
  return {.id = WorkerId(std::move(id)),
          .host = "here",
          .pid = 42,
          .slots = 4,
          .busy = busy,
          .build = kBuild};
}

TEST_P(CatalogConformance, ShowsTheWorkersThatAreThere) {
  must(run(workers().show(notice("a"))));
  advance(Milliseconds(1'000));
  must(run(workers().show(notice("b"))));
  must(run(workers().show(notice("a", 3))));
  advance(Milliseconds(500));
  const std::vector<ShownWorker> all = must(run(workers().all()));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].notice.id.str(), "a");
  EXPECT_EQ(all[0].notice.host, "here");
  EXPECT_EQ(all[0].notice.pid, 42);
  EXPECT_EQ(all[0].notice.slots, 4);
  EXPECT_EQ(all[0].notice.busy, 3);
  EXPECT_EQ(all[0].notice.build, kBuild);
  EXPECT_EQ(all[0].unseen, Milliseconds(500));
  EXPECT_LT(all[0].since.ms, all[1].since.ms);
}

TEST_P(CatalogConformance, TakesDownAWorkerThatGoes) {
  must(run(workers().show(notice("a"))));
  must(run(workers().remove(WorkerId("a"))));
  must(run(workers().remove(WorkerId("a"))));
  EXPECT_TRUE(must(run(workers().all())).empty());
}

TEST_P(CatalogConformance, ForgetsTheLastWorkerWhenItIsSilentForLong) {
  must(run(workers().show(notice("dead"))));
  advance(kWorkerForgotten);
  EXPECT_EQ(must(run(workers().all())).size(), 1U);
  advance(Milliseconds(1));
  EXPECT_TRUE(must(run(workers().all())).empty());
  must(run(workers().show(notice("dead"))));
  EXPECT_EQ(must(run(workers().all())).size(), 1U);
}

TEST_P(CatalogConformance, ForgetsAWorkerThatIsSilentForLong) {
  must(run(workers().show(notice("dead"))));
  advance(kWorkerForgotten);
  must(run(workers().show(notice("alive"))));
  EXPECT_EQ(must(run(workers().all())).size(), 2U);
  advance(Milliseconds(1));
  must(run(workers().show(notice("alive"))));
  const std::vector<ShownWorker> all = must(run(workers().all()));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].notice.id.str(), "alive");
}

}  // namespace
}  // namespace vodmill
