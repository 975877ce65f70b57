#include <gmock/gmock.h>

#include "conformance/catalog.h"
#include "core/event.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CatalogConformance, GivesTheCoordinatorsLeaseToOneWorkerAtATime) {
  const Video video = make_video();
  const GenerationLease first = coordinate(video);
  advance(kLease - Milliseconds(1));
  EXPECT_EQ(code_of(run(generations().coordinate(video.id, 1, WorkerId("other"), kLease))),
            ErrorCode::conflict);
  advance(Milliseconds(1));
  const GenerationLease second =
      must(run(generations().coordinate(video.id, 1, WorkerId("other"), kLease)));
  EXPECT_GT(second.token, first.token);
  EXPECT_EQ(code_of(run(generations().renew(first, kLease, {}))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(generations().mark_playable(first))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(generations().complete(first, {}))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(generations().fail(first, {ErrorCode::internal_error, ""}))),
            ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(generations().store_plan(first, small_info(), small_plan(), {}))),
            ErrorCode::lease_lost);
  EXPECT_THAT(event_types(video.id), ElementsAre(event::kCreated, event::kProcessing));
  EXPECT_EQ(must(run(videos().generation(video.id, 1))).plan, std::nullopt);
  must(run(generations().renew(second, kLease, {})));
}

TEST_P(CatalogConformance, LetsACoordinatorWhoseLeaseLapsedButIsCurrentRenew) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  advance(kLease * 3);
  must(run(generations().renew(lease, kLease, {})));
  EXPECT_EQ(code_of(run(generations().coordinate(video.id, 1, WorkerId("other"), kLease))),
            ErrorCode::conflict);
}

TEST_P(CatalogConformance, SaysProcessingOnceHoweverManyCoordinatorsThereAre) {
  const Video video = make_video();
  coordinate(video);
  EXPECT_EQ(get(video.id).status, VideoStatus::processing);
  advance(kLease);
  coordinate(video);
  EXPECT_THAT(event_types(video.id), ElementsAre(event::kCreated, event::kProcessing));
}

TEST_P(CatalogConformance, HasNothingToCoordinateOnceTheGenerationHasEnded) {
  const Video video = make_video();
  const auto attempt = [&] {
    return code_of(run(generations().coordinate(video.id, 1, WorkerId("w"), kLease)));
  };
  must(run(videos().cancel(video.id)));
  EXPECT_EQ(attempt(), ErrorCode::gone);
  must(run(videos().retry(video.id)));
  EXPECT_EQ(attempt(), ErrorCode::gone);
  must(run(videos().remove(video.id, kLease)));
  EXPECT_EQ(attempt(), ErrorCode::gone);
}

TEST_P(CatalogConformance, ShowsProgressThatNeverGoesBackAndIs100OnlyWhenCompleted) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  const auto show = [&](int progress) {
    must(run(generations().renew(lease, kLease, {.progress = progress, .waiting_reason = ""})));
    return get(video.id).progress;
  };
  EXPECT_EQ(show(30), 30);
  EXPECT_EQ(show(20), 30);
  EXPECT_EQ(show(150), 99);
  must(run(generations().complete(lease, {})));
  EXPECT_EQ(get(video.id).progress, 100);
  EXPECT_THAT(event_types(video.id),
              ElementsAre(event::kCreated, event::kProcessing, event::kCompleted));
}

TEST_P(CatalogConformance, ShowsWhyAVideoWaitsUntilItNoLongerDoes) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  must(run(generations().renew(lease, kLease, {.progress = 1, .waiting_reason = "disk_full"})));
  EXPECT_EQ(get(video.id).waiting_reason, "disk_full");
  must(run(generations().renew(lease, kLease, {.progress = 1, .waiting_reason = ""})));
  EXPECT_EQ(get(video.id).waiting_reason, "");
}

TEST_P(CatalogConformance, StoresAPlanOnceWithItsTasks) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  EXPECT_EQ(code_of(run(generations().store_plan(lease, {}, small_plan(), small_tasks()))),
            ErrorCode::conflict);
  const Generation generation = must(run(videos().generation(video.id, 1)));
  EXPECT_EQ(generation.status, VideoStatus::processing);
  EXPECT_EQ(generation.prefix, video.prefix + "g1/");
  EXPECT_EQ(generation.info.value().container, "mov");
  EXPECT_EQ(generation.plan.value().boundaries, small_plan().boundaries);
  EXPECT_EQ(must(run(generations().tasks(video.id, 1))).size(), 4U);
  EXPECT_THAT(event_types(video.id),
              ElementsAre(event::kCreated, event::kProcessing, event::kPlanned));
  // Turned upright.
  EXPECT_EQ(get(video.id).width, 640);
  EXPECT_EQ(get(video.id).height, 360);
}

TEST_P(CatalogConformance, ShowsTheSizeInSquarePixelsAsItIsMade) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  SourceInfo info = small_info();
  info.video->width = 720;
  info.video->height = 480;
  info.video->rotation = 0;
  info.video->sample_aspect = {8, 9};
  must(run(generations().store_plan(lease, info, small_plan(), small_tasks())));
  EXPECT_EQ(get(video.id).width, 720);
  EXPECT_EQ(get(video.id).height, 540);
}

TEST_P(CatalogConformance, SaysPlayableOnce) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  must(run(generations().mark_playable(lease)));
  EXPECT_TRUE(get(video.id).playable);
  must(run(generations().mark_playable(lease)));
  EXPECT_THAT(event_types(video.id),
              ElementsAre(event::kCreated, event::kProcessing, event::kPlayable));
}

TEST_P(CatalogConformance, CompletesAVideoWithWhatIsToBeSaidOfIt) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  must(run(generations().complete(
      lease, {.duration_seconds = 12.5, .partial = Partial{ErrorCode::truncated_input, 12.5}})));
  const Video completed = get(video.id);
  EXPECT_EQ(completed.status, VideoStatus::completed);
  EXPECT_EQ(completed.completed_generation, 1);
  EXPECT_TRUE(completed.playable);
  EXPECT_EQ(completed.duration_seconds, 12.5);
  EXPECT_EQ(completed.partial.value().reason, ErrorCode::truncated_input);
  EXPECT_EQ(completed.partial.value().at_seconds, 12.5);
  EXPECT_EQ(must(run(videos().generation(video.id, 1))).status, VideoStatus::completed);
  EXPECT_EQ(code_of(run(generations().complete(lease, {}))), ErrorCode::lease_lost);
}

TEST_P(CatalogConformance, PlaysTheOldGenerationUntilTheNewOneCompletesAndSweepsItADayLater) {
  const Video video = make_video();
  must(run(generations().complete(coordinate(video), {})));
  const Video retried = must(run(videos().retry(video.id)));
  EXPECT_TRUE(retried.playable);
  EXPECT_EQ(retried.completed_generation, 1);
  must(run(generations().complete(coordinate(retried), {})));
  EXPECT_EQ(get(video.id).completed_generation, 2);
  EXPECT_THAT(prefixes_due(), IsEmpty());
  advance(std::chrono::hours(24));
  EXPECT_THAT(prefixes_due(), ElementsAre(video.prefix + "g1/"));
}

TEST_P(CatalogConformance, FailsAVideoCancelsItsTasksAndEndsItsPlayback) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(generations().mark_playable(lease)));
  must(run(generations().fail(lease, {ErrorCode::transcode_failed, "It broke."})));
  const Video failed = get(video.id);
  EXPECT_EQ(failed.status, VideoStatus::failed);
  EXPECT_EQ(failed.error.value().code, ErrorCode::transcode_failed);
  EXPECT_EQ(failed.error.value().message, "It broke.");
  EXPECT_FALSE(failed.playable);
  EXPECT_EQ(code_of(run(tasks().renew(task.task.id, task.token, kLease, 1))),
            ErrorCode::lease_lost);
  EXPECT_EQ(find_task(task.task.id, video.id).state, TaskState::cancelled);
  EXPECT_EQ(event_types(video.id).back(), event::kFailed);
  EXPECT_THAT(prefixes_due(), ElementsAre(video.prefix + "g1/"));
}

TEST_P(CatalogConformance, GoesOnPlayingAnOlderGenerationWhenTheNewOneFails) {
  const Video video = make_video();
  must(run(generations().complete(coordinate(video), {})));
  const Video retried = must(run(videos().retry(video.id)));
  must(run(generations().fail(coordinate(retried), {ErrorCode::internal_error, ""})));
  const Video failed = get(video.id);
  EXPECT_EQ(failed.status, VideoStatus::failed);
  EXPECT_TRUE(failed.playable);
  EXPECT_EQ(failed.completed_generation, 1);
  EXPECT_THAT(prefixes_due(), ElementsAre(video.prefix + "g2/"));
}

WorkerNotice notice_of(const EngineBuild& build) {
  return {.id = WorkerId("of-" + build.str()), .host = "here", .pid = 1, .build = build};
}

constexpr Milliseconds kEngineGrace{60'000};

TEST_P(CatalogConformance, BeginsAVideoAnewOnceNoWorkerHasHadItsEngineForTheGrace) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(generations().mark_playable(lease)));
  advance(kEngineGrace);
  must(run(workers().show(notice_of(kBuild))));
  const auto begin = [&] {
    must(run(workers().show(notice_of(EngineBuild("build-2")))));
    return must(run(generations().begin_anew(lease, kBuild, kEngineGrace)));
  };
  advance(kEngineGrace - Milliseconds(1));
  EXPECT_FALSE(begin());
  EXPECT_EQ(get(video.id).generation, 1);
  EXPECT_EQ(find_task(task.task.id, video.id).state, TaskState::leased);
  EXPECT_THAT(prefixes_due(), IsEmpty());
  advance(Milliseconds(1));
  EXPECT_TRUE(begin());
  const Video anew = get(video.id);
  EXPECT_EQ(anew.generation, 2);
  EXPECT_EQ(anew.status, VideoStatus::pending);
  EXPECT_FALSE(anew.playable);
  EXPECT_EQ(event_types(video.id).back(), event::kRetried);
  EXPECT_EQ(find_task(task.task.id, video.id).state, TaskState::cancelled);
  EXPECT_EQ(code_of(run(tasks().renew(task.task.id, task.token, kLease, 1))),
            ErrorCode::lease_lost);
  EXPECT_THAT(prefixes_due(), ElementsAre(video.prefix + "g1/"));
  const auto owed = must(run(outbox().undelivered(10)));
  ASSERT_FALSE(owed.empty());
  EXPECT_EQ(owed.back().job.generation, 2);
  EXPECT_EQ(code_of(run(generations().begin_anew(lease, kBuild, kEngineGrace))),
            ErrorCode::lease_lost);
}

TEST_P(CatalogConformance, RemembersTheEngineOfAWorkerThatWasTakenDown) {
  const GenerationLease lease = coordinate_planned(make_video());
  advance(kEngineGrace);
  must(run(workers().show(notice_of(kBuild))));
  must(run(workers().remove(notice_of(kBuild).id)));
  EXPECT_FALSE(must(run(generations().begin_anew(lease, kBuild, kEngineGrace))));
  advance(kEngineGrace);
  EXPECT_TRUE(must(run(generations().begin_anew(lease, kBuild, kEngineGrace))));
}

TEST_P(CatalogConformance, WaitsForAnEngineThatMayNotHaveShownItselfSinceTheStoresReturn) {
  const GenerationLease lease = coordinate_planned(make_video());
  EXPECT_FALSE(must(run(generations().begin_anew(lease, kBuild, kEngineGrace))));
  advance(kEngineGrace);
  EXPECT_TRUE(must(run(generations().begin_anew(lease, kBuild, kEngineGrace))));
}

TEST_P(CatalogConformance, BeginsAVideoAnewForItsCoordinatorAlone) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  must(run(generations().begin_anew(lease)));
  EXPECT_EQ(get(video.id).generation, 2);
  EXPECT_EQ(get(video.id).status, VideoStatus::pending);
  EXPECT_EQ(event_types(video.id).back(), event::kRetried);
  EXPECT_THAT(prefixes_due(), ElementsAre(video.prefix + "g1/"));
  EXPECT_EQ(code_of(run(generations().begin_anew(lease))), ErrorCode::lease_lost);
  EXPECT_EQ(get(video.id).generation, 2);
}

TEST_P(CatalogConformance, SaysWhichTasksAreDelayed) {
  const Video video = make_video();
  coordinate(video);
  const LeasedTask probe = lease_task();
  const auto is_delayed = [&] { return find_task(probe.task.id, video.id).is_delayed; };
  EXPECT_FALSE(is_delayed());
  must(run(tasks().crashed(probe.task.id, probe.token, {ErrorCode::transcode_failed, "It broke."},
                           Milliseconds(500))));
  EXPECT_TRUE(is_delayed());
  advance(Milliseconds(500));
  EXPECT_FALSE(is_delayed());
}

TEST_P(CatalogConformance, FindsGenerationsThatNobodyCoordinates) {
  constexpr Milliseconds kGrace{60'000};
  const auto orphans = [&] { return must(run(generations().orphans(kGrace, 10))); };
  const Video lapsed = make_video();
  const Video pending = make_video();
  const Video ended = make_video();
  coordinate(lapsed);
  must(run(videos().cancel(ended.id)));
  advance(kGrace - Milliseconds(10));
  EXPECT_THAT(orphans(), IsEmpty());
  advance(Milliseconds(10));
  ASSERT_EQ(orphans().size(), 1U);
  EXPECT_EQ(orphans()[0].video, pending.id);
  EXPECT_EQ(orphans()[0].generation, 1);
  advance(kLease);
  ASSERT_EQ(orphans().size(), 2U);
  EXPECT_EQ(orphans()[0].video, lapsed.id);
  EXPECT_EQ(must(run(generations().orphans(kGrace, 1))).size(), 1U);
}

}  // namespace
}  // namespace vodmill
