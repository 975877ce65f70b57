#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "conformance/catalog.h"
#include "core/event.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CatalogConformance, CreatesAVideoWithItsEventItsProbeAndItsOutboxRow) {
  const Video video = make_video("owner", 3);
  EXPECT_EQ(video.status, VideoStatus::pending);
  EXPECT_EQ(video.generation, 1);
  EXPECT_EQ(video.progress, 0);
  EXPECT_FALSE(video.playable);
  EXPECT_EQ(video.event_sequence, 1);
  EXPECT_EQ(video.created_at, video.updated_at);
  EXPECT_THAT(event_types(video.id), ElementsAre(event::kCreated));

  const auto made = must(run(generations().tasks(video.id, 1)));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].kind, TaskKind::probe);
  EXPECT_EQ(made[0].state, TaskState::waiting);

  const auto owed = must(run(outbox().undelivered(10)));
  ASSERT_EQ(owed.size(), 1U);
  EXPECT_EQ(owed[0].job.video, video.id);
  EXPECT_EQ(owed[0].job.generation, 1);
  EXPECT_EQ(owed[0].job.priority, 3);
}

TEST_P(CatalogConformance, KeepsWhatAVideoWasMadeWith) {
  NewVideo wanted = new_video();
  wanted.owner = "somebody";
  wanted.metadata = R"({"title":"caf\u00e9 'quoted'"})";
  wanted.priority = 7;
  wanted.ladder = {.max_height = 480, .max_renditions = 3};
  wanted.sha256 = "abc";
  wanted.source.extents = {{0, 5, BlobKey("a")}, {5, 6, BlobKey("b")}};
  wanted.source.length = std::nullopt;
  must(run(videos().create(wanted)));
  const Video video = get(wanted.id);
  EXPECT_EQ(video.owner, wanted.owner);
  EXPECT_EQ(video.metadata, wanted.metadata);
  EXPECT_EQ(video.priority, 7);
  EXPECT_EQ(video.ladder, wanted.ladder);
  EXPECT_EQ(video.prefix, wanted.prefix);
  EXPECT_EQ(video.sha256, "abc");
  EXPECT_EQ(video.source.extents, wanted.source.extents);
  EXPECT_EQ(video.source.length, std::nullopt);
  EXPECT_EQ(video.partial, std::nullopt);
  EXPECT_EQ(video.error, std::nullopt);
  EXPECT_EQ(video.duration_seconds, std::nullopt);
}

TEST_P(CatalogConformance, FindsVideosByWhatTheyAreCalled) {
  const auto made = [&](const std::string& metadata) {
    advance(Milliseconds(1));
    NewVideo video = new_video();
    video.metadata = metadata;
    return must(run(videos().create(std::move(video)))).id;
  };
  const VideoId sea = made(R"({"title":"At the SEA"})");
  made(R"({"title":"Mountain"})");
  const VideoId file = made(R"({"filename":"sea.mov"})");
  const VideoId both = made(R"({"title":"seaside"})");
  must(run(videos().cancel(both)));
  const auto found = [&](VideoFilter filter) {
    filter.text = "sea";
    std::vector<VideoId> ids;
    do {
      const VideoPage page = must(run(videos().list(filter)));
      for (const Video& video : page.videos) ids.push_back(video.id);
      filter.cursor = page.next_cursor;
    } while (!filter.cursor.empty());
    return ids;
  };
  EXPECT_THAT(found({}), ElementsAre(both, file, sea));
  EXPECT_THAT(found({.status = {}, .limit = 1, .cursor = {}}), ElementsAre(both, file, sea))
      << "page by page";
  EXPECT_THAT(found({.status = VideoStatus::pending, .cursor = {}}), ElementsAre(file, sea));
}

TEST_P(CatalogConformance, FindsWhatIsFarBack) {
  NewVideo first = new_video();
  first.metadata = R"({"title":"sea"})";
  must(run(videos().create(first)));
  for (int i = 0; i < 600; ++i) make_video();
  const VideoPage page = must(run(videos().list({.status = {}, .cursor = {}, .text = "sea"})));
  ASSERT_EQ(page.videos.size(), 1U);
  EXPECT_EQ(page.videos[0].id, first.id);
  EXPECT_EQ(page.next_cursor, "");
}

TEST_P(CatalogConformance, LooksAtSoManyVideosForOnePageAndGoesOnAfterThem) {
  NewVideo first = new_video();
  first.metadata = R"({"title":"sea"})";
  must(run(videos().create(first)));
  for (int i = 0; i < kMostSearched; ++i) make_video();
  const VideoPage nothing = must(run(videos().list({.status = {}, .cursor = {}, .text = "sea"})));
  EXPECT_THAT(nothing.videos, IsEmpty());
  ASSERT_NE(nothing.next_cursor, "");
  const VideoPage page =
      must(run(videos().list({.status = {}, .cursor = nothing.next_cursor, .text = "sea"})));
  ASSERT_EQ(page.videos.size(), 1U);
  EXPECT_EQ(page.videos[0].id, first.id);
  EXPECT_EQ(page.next_cursor, "");
}

TEST_P(CatalogConformance, MakesNoSecondVideoWithTheSameId) {
  const NewVideo video = new_video();
  must(run(videos().create(video)));
  EXPECT_EQ(code_of(run(videos().create(video))), ErrorCode::conflict);
  EXPECT_THAT(event_types(video.id), ElementsAre(event::kCreated));
  EXPECT_EQ(must(run(outbox().undelivered(10))).size(), 1U);
}

TEST_P(CatalogConformance, KnowsNoVideoThatWasNeverMade) {
  const VideoId id("nobody");
  EXPECT_EQ(code_of(run(videos().get(id))), ErrorCode::not_found);
  EXPECT_EQ(code_of(run(videos().retry(id))), ErrorCode::not_found);
  EXPECT_EQ(code_of(run(videos().cancel(id))), ErrorCode::not_found);
  EXPECT_EQ(code_of(run(videos().remove(id, kLease))), ErrorCode::not_found);
  EXPECT_EQ(code_of(run(videos().generation(id, 1))), ErrorCode::not_found);
  EXPECT_THAT(must(run(videos().segments(id, 1, "v0"))), IsEmpty());
}

TEST_P(CatalogConformance, ListsVideosNewestFirstInPagesThatNewVideosDoNotMove) {
  std::vector<VideoId> made;
  for (int i = 0; i < 5; ++i) made.push_back(make_video().id);
  VideoFilter filter{.status = {}, .limit = 2, .cursor = ""};
  std::vector<VideoId> seen;
  for (int pages = 0; pages < 3; ++pages) {
    const VideoPage page = must(run(videos().list(filter)));
    for (const Video& video : page.videos) seen.push_back(video.id);
    make_video();
    EXPECT_EQ(page.next_cursor.empty(), pages == 2);
    filter.cursor = page.next_cursor;
  }
  std::ranges::reverse(made);
  EXPECT_EQ(seen, made);
}

TEST_P(CatalogConformance, ListsVideosOfTheSameMillisecondOnceEach) {
  std::set<std::string> made, seen;
  for (int i = 0; i < 4; ++i) made.insert(must(run(videos().create(new_video()))).id.str());
  VideoFilter filter{.status = {}, .limit = 1, .cursor = ""};
  for (int i = 0; i < 4; ++i) {
    const VideoPage page = must(run(videos().list(filter)));
    for (const Video& video : page.videos) seen.insert(video.id.str());
    filter.cursor = page.next_cursor;
  }
  EXPECT_EQ(seen, made);
  EXPECT_EQ(filter.cursor, "");
}

TEST_P(CatalogConformance, ListsVideosOfOneStatus) {
  const Video cancelled = make_video();
  const Video pending = make_video();
  must(run(videos().cancel(cancelled.id)));
  const VideoPage page = must(run(videos().list({.status = VideoStatus::cancelled, .cursor = ""})));
  ASSERT_EQ(page.videos.size(), 1U);
  EXPECT_EQ(page.videos[0].id, cancelled.id);
}

TEST_P(CatalogConformance, RefusesACursorThatIsNotItsOwnAndAPageOutOfRange) {
  for (const char* cursor : {"x", "12", ".", "-5.a", "zz.abc"}) {
    EXPECT_EQ(code_of(run(videos().list({.status = {}, .cursor = cursor}))),
              ErrorCode::invalid_request)
        << cursor;
  }
  for (const int limit : {0, -1, 201}) {
    EXPECT_EQ(code_of(run(videos().list({.status = {}, .limit = limit, .cursor = ""}))),
              ErrorCode::invalid_request);
  }
}

TEST_P(CatalogConformance, ChangesMetadataByMergingAndPriorityWithAnEvent) {
  NewVideo wanted = new_video();
  wanted.metadata = R"({"title":"a","tags":{"x":1,"y":2}})";
  must(run(videos().create(wanted)));
  const Video video = must(run(videos().update(
      wanted.id, {.metadata_patch = R"({"title":null,"tags":{"y":3}})", .priority = 4})));
  EXPECT_EQ(video.metadata, R"({"tags":{"x":1,"y":3}})");
  EXPECT_EQ(video.priority, 4);
  EXPECT_EQ(get(wanted.id).metadata, video.metadata);
  EXPECT_THAT(event_types(wanted.id), ElementsAre(event::kCreated, event::kUpdated));
  const auto events = must(run(this->events().of_video(wanted.id, 1, 1)));
  EXPECT_THAT(events.at(0).data, testing::HasSubstr(R"("y":3)"));
  const Video emptied = must(run(videos().update(wanted.id, {"null", {}})));
  EXPECT_EQ(emptied.metadata, "{}");
  EXPECT_EQ(emptied.priority, 4);
}

TEST_P(CatalogConformance, AChangeThatChangesNothingIsNoEvent) {
  const Video video = make_video("", 3);
  must(run(videos().update(video.id, {.metadata_patch = R"({"absent":null})", .priority = 3})));
  EXPECT_THAT(event_types(video.id), ElementsAre(event::kCreated));
}

TEST_P(CatalogConformance, RefusesAChangeThatMakesMetadataTooLargeOrNone) {
  const Video video = make_video();
  const std::string half(kLargestMetadata / 2, 'x');
  must(run(videos().update(video.id, {R"({"a":")" + half + "\"}", {}})));
  const std::string before = get(video.id).metadata;
  for (const std::string& patch :
       {R"({"b":")" + half + "\"}", std::string("[]"), std::string("{"), std::string("1")}) {
    EXPECT_EQ(code_of(run(videos().update(video.id, {.metadata_patch = patch, .priority = 9}))),
              ErrorCode::invalid_request);
  }
  EXPECT_EQ(get(video.id).metadata, before);
  EXPECT_EQ(get(video.id).priority, 0);
  must(run(videos().remove(video.id, kLease)));
  EXPECT_EQ(code_of(run(videos().update(video.id, {}))), ErrorCode::not_found);
}

TEST_P(CatalogConformance, AChangedPriorityOrdersTheTasksThatWait) {
  const Video first = make_video();
  const Video second = make_video();
  coordinate(first);
  coordinate(second);
  must(run(videos().update(first.id, {.metadata_patch = "{}", .priority = 5})));
  EXPECT_EQ(lease_task().task.video, second.id);
}

TEST_P(CatalogConformance, RetryBeginsANewGenerationFromTheBeginning) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  must(run(generations().renew(lease, kLease, {.progress = 40, .waiting_reason = "disk"})));
  must(run(generations().fail(lease, {ErrorCode::malformed_input, "broken"})));
  const Video retried = must(run(videos().retry(video.id)));
  EXPECT_EQ(retried.generation, 2);
  EXPECT_EQ(retried.status, VideoStatus::pending);
  EXPECT_EQ(retried.progress, 0);
  EXPECT_EQ(retried.waiting_reason, "waiting_for_worker");
  EXPECT_EQ(retried.error, std::nullopt);
  EXPECT_EQ(must(run(generations().tasks(video.id, 2))).size(), 1U);
  EXPECT_EQ(must(run(outbox().undelivered(10))).size(), 2U);
  EXPECT_EQ(event_types(video.id).back(), event::kRetried);
  EXPECT_EQ(must(run(videos().generation(video.id, 1))).status, VideoStatus::failed);
  EXPECT_NE(must(run(videos().generation(video.id, 1))).prefix,
            must(run(videos().generation(video.id, 2))).prefix);
}

TEST_P(CatalogConformance, EveryGenerationHasTheLaddersPolicyOfItsVideo) {
  NewVideo wanted = new_video();
  wanted.ladder.max_height = 480;
  must(run(videos().create(wanted)));
  EXPECT_EQ(must(run(videos().retry(wanted.id))).ladder, wanted.ladder);
  EXPECT_EQ(must(run(videos().generation(wanted.id, 1))).ladder, wanted.ladder);
  EXPECT_EQ(must(run(videos().generation(wanted.id, 2))).ladder, wanted.ladder);
}

TEST_P(CatalogConformance, RetryWhileProcessingEndsTheGenerationBefore) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(videos().retry(video.id)));
  EXPECT_EQ(code_of(run(generations().renew(lease, kLease, {}))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().renew(task.task.id, task.token, kLease, 1))),
            ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().commit_segment(task.task.id, task.token, segment("v0", 0, "k")))),
            ErrorCode::lease_lost);
  EXPECT_EQ(must(run(videos().generation(video.id, 1))).status, VideoStatus::cancelled);
  for (const Task& old : must(run(generations().tasks(video.id, 1)))) {
    EXPECT_NE(old.state, TaskState::waiting);
    EXPECT_NE(old.state, TaskState::leased);
  }
  EXPECT_THAT(prefixes_due(), ElementsAre(video.prefix + "g1/"));
}

TEST_P(CatalogConformance, CancelEndsTheVideoAndEveryTokenOfIt) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  const LeasedTask task = lease_task();
  const Video cancelled = must(run(videos().cancel(video.id)));
  EXPECT_EQ(cancelled.status, VideoStatus::cancelled);
  EXPECT_EQ(cancelled.error.value().code, ErrorCode::cancelled);
  EXPECT_EQ(event_types(video.id).back(), event::kCancelled);
  const std::size_t count = event_types(video.id).size();

  EXPECT_EQ(
      code_of(run(generations().renew(lease, kLease, {.progress = 50, .waiting_reason = ""}))),
      ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(generations().complete(lease, {}))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().renew(task.task.id, task.token, kLease, 1))),
            ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().finish(task.task.id, task.token, "{}"))), ErrorCode::lease_lost);
  EXPECT_EQ(try_lease(), std::nullopt);
  EXPECT_EQ(get(video.id).progress, 0);
  EXPECT_EQ(event_types(video.id).size(), count);
}

TEST_P(CatalogConformance, CancelOfAVideoThatHasEndedChangesNothing) {
  const Video video = make_video();
  const GenerationLease lease = coordinate(video);
  must(run(generations().complete(lease, {.duration_seconds = 1, .partial = {}})));
  const Video answer = must(run(videos().cancel(video.id)));
  EXPECT_EQ(answer.status, VideoStatus::completed);
  EXPECT_EQ(event_types(video.id).back(), event::kCompleted);
}

TEST_P(CatalogConformance, RetriesOnlyTheGenerationThatIsMeant) {
  const Video video = make_video();
  EXPECT_EQ(must(run(videos().retry(video.id, {.generation = 1}))).generation, 2);
  EXPECT_EQ(code_of(run(videos().retry(video.id, {.generation = 1}))), ErrorCode::conflict);
  EXPECT_EQ(get(video.id).generation, 2);
}

TEST_P(CatalogConformance, CancelsOnlyTheGenerationThatIsMeant) {
  const Video video = make_video();
  must(run(videos().retry(video.id)));
  const GenerationLease lease =
      must(run(generations().coordinate(video.id, 2, WorkerId("coordinator"), kLease)));
  EXPECT_EQ(must(run(videos().cancel(video.id, 1))).status, VideoStatus::processing);
  must(run(generations().renew(lease, kLease, {})));
  EXPECT_EQ(must(run(videos().cancel(video.id, 2))).status, VideoStatus::cancelled);
}

TEST_P(CatalogConformance, ForgetsARemovedVideoButSweepsItTwice) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(videos().remove(video.id, std::chrono::minutes(10))));
  EXPECT_EQ(code_of(run(videos().get(video.id))), ErrorCode::not_found);
  EXPECT_EQ(code_of(run(videos().generation(video.id, 1))), ErrorCode::not_found);
  EXPECT_EQ(code_of(run(videos().remove(video.id, kLease))), ErrorCode::not_found);
  EXPECT_THAT(must(run(videos().list({}))).videos, IsEmpty());
  EXPECT_EQ(event_types(video.id).back(), event::kDeleted);
  EXPECT_EQ(code_of(run(generations().renew(lease, kLease, {}))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(tasks().commit_segment(task.task.id, task.token, segment("v0", 0, "k")))),
            ErrorCode::lease_lost);
  EXPECT_EQ(try_lease(), std::nullopt);

  const auto due = must(run(outbox().due_sweeps(10)));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].prefix, video.prefix);
  must(run(outbox().swept(due[0].id)));
  EXPECT_THAT(prefixes_due(), IsEmpty());
  advance(std::chrono::minutes(10));
  EXPECT_THAT(prefixes_due(), ElementsAre(video.prefix));
}

TEST_P(CatalogConformance, NeverSweepsTheWholeStoreForAVideoWithoutAPrefix) {
  NewVideo video = new_video();
  video.prefix = "";
  must(run(videos().create(video)));
  must(run(videos().retry(video.id)));
  must(run(videos().remove(video.id, Milliseconds(1))));
  advance(std::chrono::hours(48));
  for (const std::string& prefix : prefixes_due()) {
    EXPECT_TRUE(prefix == "g1/" || prefix == "g2/") << prefix;
  }
}

}  // namespace
}  // namespace vodmill
