#include <gmock/gmock.h>

#include "base/json.h"
#include "conformance/catalog.h"
#include "core/event.h"

namespace vodmill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CatalogConformance, NumbersTheEventsOfAVideoWithoutAGap) {
  const Video video = make_video();
  const Video other = make_video();
  const GenerationLease lease = coordinate_planned(video);
  must(run(videos().cancel(other.id)));
  must(run(generations().mark_playable(lease)));
  must(run(generations().complete(lease, {})));
  must(run(videos().retry(video.id)));
  const auto log = must(run(events().of_video(video.id, 0, 100)));
  ASSERT_EQ(log.size(), 6U);
  for (std::size_t i = 0; i < log.size(); ++i) {
    EXPECT_EQ(log[i].sequence, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(log[i].video, video.id);
  }
  EXPECT_EQ(get(video.id).event_sequence, 6);
  const auto later = must(run(events().of_video(video.id, 2, 2)));
  ASSERT_EQ(later.size(), 2U);
  EXPECT_EQ(later[0].sequence, 3);
}

TEST_P(CatalogConformance, OrdersTheEventsOfAllVideos) {
  EXPECT_EQ(must(run(events().newest())), 0);
  const Video first = make_video();
  const Video second = make_video();
  must(run(videos().cancel(first.id)));
  const auto log = must(run(events().all(0, 100)));
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].video, first.id);
  EXPECT_EQ(log[1].video, second.id);
  EXPECT_EQ(log[2].type, event::kCancelled);
  EXPECT_LT(log[0].id, log[1].id);
  EXPECT_LT(log[1].id, log[2].id);
  EXPECT_EQ(must(run(events().newest())), log[2].id);
  EXPECT_EQ(must(run(events().all(log[0].id, 1)))[0].id, log[1].id);
  EXPECT_THAT(must(run(events().all(log[2].id, 10))), IsEmpty());
}

TEST_P(CatalogConformance, EchoesTheClientsMetadataInEveryEvent) {
  NewVideo video = new_video();
  video.metadata = R"({"order":42})";
  must(run(videos().create(video)));
  must(run(videos().cancel(video.id)));
  for (const Event& event : must(run(events().of_video(video.id, 0, 10)))) {
    const json::value data = must(parse_json(event.data));
    EXPECT_EQ(data.at("metadata").at("order").as_int64(), 42);
    EXPECT_EQ(data.at("generation").as_int64(), 1);
  }
}

TEST_P(CatalogConformance, OwesAJobToTheQueueUntilItWasDelivered) {
  const Video first = make_video("anna", 3);
  const Video second = make_video();
  const auto owed = must(run(outbox().undelivered(10)));
  ASSERT_EQ(owed.size(), 2U);
  EXPECT_EQ(owed[0].job.video, first.id);
  EXPECT_EQ(owed[0].job.owner, "anna");
  EXPECT_EQ(owed[0].job.priority, 3);
  EXPECT_NE(owed[0].job.id, owed[1].job.id);
  EXPECT_EQ(must(run(outbox().undelivered(1))).size(), 1U);
  for (int again = 0; again < 2; ++again) {
    must(run(outbox().delivered(owed[0].id, "sql", owed[0].job.id)));
    const auto left = must(run(outbox().undelivered(10)));
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].job.video, second.id);
  }
  EXPECT_EQ(code_of(run(outbox().delivered(4711, "sql", MessageId("m")))), ErrorCode::not_found);
}

TEST_P(CatalogConformance, RemembersDeliveredMessagesUntilTheyAreSettled) {
  const Video video = make_video();
  const OutboxRow row = must(run(outbox().undelivered(10))).at(0);
  must(run(outbox().delivered(row.id, "sql", row.job.id)));
  const auto unsettled = [&](const char* queue) {
    return must(run(outbox().unsettled(queue, Milliseconds(1000), 10)));
  };
  EXPECT_THAT(unsettled("sql"), IsEmpty());
  advance(Milliseconds(1000));
  ASSERT_EQ(unsettled("sql").size(), 1U);
  EXPECT_EQ(unsettled("sql")[0].job.id, row.job.id);
  EXPECT_EQ(unsettled("sql")[0].job.video, video.id);
  EXPECT_THAT(unsettled("bullmq"), IsEmpty());

  must(run(outbox().delivered(unsettled("sql")[0].id, "sql", row.job.id)));
  EXPECT_THAT(unsettled("sql"), IsEmpty());
  advance(Milliseconds(1000));
  EXPECT_EQ(unsettled("sql").size(), 1U);
  must(run(outbox().settled("sql", row.job.id)));
  EXPECT_THAT(unsettled("sql"), IsEmpty());
}

TEST_P(CatalogConformance, CallsNoMessageLostWhileACoordinatorLives) {
  const Video video = make_video();
  const OutboxRow row = must(run(outbox().undelivered(10))).at(0);
  must(run(outbox().delivered(row.id, "sql", row.job.id)));
  const GenerationLease lease = coordinate(video);
  const auto unsettled = [&] { return must(run(outbox().unsettled("sql", Milliseconds(1), 10))); };
  advance(kLease - Milliseconds(1));
  EXPECT_THAT(unsettled(), IsEmpty());
  must(run(generations().complete(lease, {})));
  EXPECT_EQ(unsettled().size(), 1U);
}

TEST_P(CatalogConformance, GivesEveryGenerationAMessageOfItsOwn) {
  const Video video = make_video();
  must(run(videos().retry(video.id)));
  const auto owed = must(run(outbox().undelivered(10)));
  ASSERT_EQ(owed.size(), 2U);
  EXPECT_EQ(owed[1].job.generation, 2);
  EXPECT_NE(owed[0].job.id, owed[1].job.id);
}

TEST_P(CatalogConformance, SweepsASourceThatNoVideoWasCreatedWith) {
  must(run(outbox().sweep_later("a/source", Milliseconds(1000))));
  EXPECT_THAT(prefixes_due(), IsEmpty());
  advance(Milliseconds(1000));
  EXPECT_THAT(prefixes_due(), ElementsAre("a/source"));
}

TEST_P(CatalogConformance, KeepsASourceThatAVideoWasCreatedWith) {
  const NewVideo video = new_video();
  must(run(outbox().sweep_later(video.source.extents[0].key.str(), Milliseconds(1000))));
  must(run(videos().create(video)));
  advance(Milliseconds(1000));
  EXPECT_THAT(prefixes_due(), IsEmpty());
}

TEST_P(CatalogConformance, CreatesNoVideoWithASourceThatMayBeSweptAtThisMoment) {
  const NewVideo video = new_video();
  must(run(outbox().sweep_later(video.source.extents[0].key.str(), Milliseconds(1000))));
  advance(Milliseconds(1000));
  EXPECT_EQ(code_of(run(videos().create(video))), ErrorCode::upload_expired);
  EXPECT_EQ(code_of(run(videos().get(video.id))), ErrorCode::not_found);
}

}  // namespace
}  // namespace vodmill
