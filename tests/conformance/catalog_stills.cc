// Pictures of any moment: wanted by the API, leased by a worker.
#include <gmock/gmock.h>

#include "conformance/catalog.h"

namespace vodmill {
namespace {

constexpr Milliseconds kStillLease{40'000};
const Error kBroken{ErrorCode::malformed_input, "No picture."};

Still still_of(const Video& video, std::int64_t frame = 25, int width = 320) {
  return {.video = video.id, .generation = 1, .frame = frame, .width = width};
}

std::optional<LeasedStill> try_still(StillCatalog& stills) {
  return must(run(stills.lease(WorkerId("worker"), kStillLease)));
}

LeasedStill lease_still(StillCatalog& stills) {
  auto leased = try_still(stills);
  EXPECT_TRUE(leased) << "no still is wanted";
  return std::move(leased).value();
}

TEST_P(CatalogConformance, LeasesAStillOnceToWhoeverComesFirst) {
  const Video video = make_video();
  coordinate_planned(video);
  EXPECT_FALSE(try_still(stills()));
  const StillState wanted = must(run(stills().want(still_of(video))));
  EXPECT_FALSE(wanted.key);
  EXPECT_FALSE(wanted.error);
  must(run(stills().want(still_of(video))));
  const LeasedStill leased = lease_still(stills());
  EXPECT_EQ(leased.still.video, video.id);
  EXPECT_EQ(leased.still.generation, 1);
  EXPECT_EQ(leased.still.frame, 25);
  EXPECT_EQ(leased.still.width, 320);
  EXPECT_EQ(leased.prefix, video.prefix);
  EXPECT_EQ(leased.source.extents, video.source.extents);
  EXPECT_EQ(leased.plan.frames, 600);
  EXPECT_FALSE(try_still(stills()));
}

TEST_P(CatalogConformance, TellsOfAStillThatWasMadeAndOfOneThatCannotBe) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video, 1))));
  must(run(stills().want(still_of(video, 2))));
  const LeasedStill one = lease_still(stills());
  const LeasedStill two = lease_still(stills());
  must(run(stills().finish(one.still, one.token, BlobKey("picture.jpg"))));
  must(run(stills().fail(two.still, two.token, kBroken)));
  EXPECT_EQ(must(run(stills().want(one.still))).key, BlobKey("picture.jpg"));
  const StillState impossible = must(run(stills().want(two.still)));
  ASSERT_TRUE(impossible.error);
  EXPECT_EQ(impossible.error->code, ErrorCode::malformed_input);
  EXPECT_EQ(impossible.error->message, "No picture.");
  EXPECT_FALSE(try_still(stills()));
}

TEST_P(CatalogConformance, WantsNoStillOfWhatHasNoPlan) {
  const Video video = make_video();
  EXPECT_EQ(code_of(run(stills().want(still_of(video)))), ErrorCode::not_found);
  EXPECT_EQ(code_of(run(stills().want({VideoId("none"), 1, 0, 320}))), ErrorCode::not_found);
}

TEST_P(CatalogConformance, LeasesAStillAnewWhenItsLeaseHasLapsedAndRefusesTheOldToken) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video))));
  const LeasedStill old = lease_still(stills());
  advance(kStillLease);
  must(run(stills().want(old.still)));
  const LeasedStill current = lease_still(stills());
  EXPECT_GT(current.token, old.token);
  EXPECT_EQ(code_of(run(stills().finish(old.still, old.token, BlobKey("late.jpg")))),
            ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(stills().fail(old.still, old.token, kBroken))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(stills().crashed(old.still, old.token, kBroken))), ErrorCode::lease_lost);
  EXPECT_EQ(code_of(run(stills().give_back(old.still, old.token))), ErrorCode::lease_lost);
  must(run(stills().finish(current.still, current.token, BlobKey("picture.jpg"))));
}

TEST_P(CatalogConformance, TriesAStillWhoseMillCrashesTwiceAndOneThatIsGivenBackForEver) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video))));
  for (int i = 0; i < 5; ++i) {
    const LeasedStill leased = lease_still(stills());
    must(run(stills().give_back(leased.still, leased.token)));
  }
  for (int i = 0; i < kMaxAttempts; ++i) {
    const LeasedStill leased = lease_still(stills());
    must(run(stills().crashed(leased.still, leased.token, kBroken)));
  }
  EXPECT_FALSE(try_still(stills()));
  EXPECT_TRUE(must(run(stills().want(still_of(video)))).error);
}

TEST_P(CatalogConformance, GivesUpAStillThatNoWorkerSurvives) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video))));
  int leases = 0;
  for (; try_still(stills()) && leases < 50; ++leases) {
    advance(kStillLease);
    must(run(stills().want(still_of(video))));
  }
  EXPECT_EQ(leases, kMaxLosses);
  EXPECT_EQ(must(run(stills().want(still_of(video)))).error.value().code, ErrorCode::worker_lost);
}

TEST_P(CatalogConformance, CountsNoLossOfAStillAsACrash) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video))));
  lease_still(stills());
  advance(kStillLease);
  must(run(stills().want(still_of(video))));
  const LeasedStill leased = lease_still(stills());
  must(run(stills().crashed(leased.still, leased.token, kBroken)));
  EXPECT_TRUE(try_still(stills())) << "one attempt is left";
}

TEST_P(CatalogConformance, TriesAStillAgainWhoseReasonMayHavePassed) {
  const Video video = make_video();
  coordinate_planned(video);
  const Error passing{ErrorCode::transcode_stalled, "It took too long."};
  ASSERT_TRUE(is_retryable(passing.code));
  for (const std::int64_t frame : {1, 2}) {
    must(run(stills().want(still_of(video, frame))));
    const LeasedStill leased = lease_still(stills());
    must(run(stills().fail(leased.still, leased.token, frame == 1 ? passing : kBroken)));
  }
  EXPECT_TRUE(must(run(stills().want(still_of(video, 1)))).error);
  advance(kStillPause);
  EXPECT_TRUE(must(run(stills().want(still_of(video, 2)))).error)
      << "the file is as broken as it was";
  EXPECT_FALSE(must(run(stills().want(still_of(video, 1)))).error);
  EXPECT_EQ(lease_still(stills()).still.frame, 1);
}

TEST_P(CatalogConformance, LeasesNoStillForWhoeverHasGone) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video))));
  advance(kStillPatience);
  EXPECT_FALSE(try_still(stills()));
  must(run(stills().want(still_of(video))));
  EXPECT_TRUE(try_still(stills()));
}

TEST_P(CatalogConformance, GivesEachVideoItsTurnOfStills) {
  const Video greedy = make_video();
  coordinate_planned(greedy);
  const Video modest = make_video();
  must(run(generations().store_plan(coordinate(modest), small_info(), small_plan(), {})));
  for (const std::int64_t frame : {1, 2, 3}) must(run(stills().want(still_of(greedy, frame))));
  advance(Milliseconds(1));
  must(run(stills().want(still_of(modest, 1))));
  EXPECT_EQ(lease_still(stills()).still.video, greedy.id);
  advance(Milliseconds(1));
  EXPECT_EQ(lease_still(stills()).still.video, modest.id);
}

TEST_P(CatalogConformance, TakesTheStillsOfADeadWorkerAtOnce) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video))));
  const LeasedStill old = lease_still(stills());
  must(run(tasks().bury(WorkerId("worker"))));
  EXPECT_GT(lease_still(stills()).token, old.token);
}

TEST_P(CatalogConformance, RefusesTheStillOfAVideoThatWasRemovedMeanwhile) {
  const Video video = make_video();
  coordinate_planned(video);
  must(run(stills().want(still_of(video, 1))));
  must(run(stills().want(still_of(video, 2))));
  const LeasedStill leased = lease_still(stills());
  must(run(videos().remove(video.id, Milliseconds(1000))));
  EXPECT_EQ(code_of(run(stills().finish(leased.still, leased.token, BlobKey("late.jpg")))),
            ErrorCode::lease_lost);
  EXPECT_FALSE(try_still(stills())) << "nobody looks at it any more";
}

TEST_P(CatalogConformance, TakesOnlySoManyStillsOfAVideoAtATime) {
  const Video video = make_video();
  coordinate_planned(video);
  std::int64_t wanted = 0;
  while (wanted < 1000 && run(stills().want(still_of(video, wanted)))) ++wanted;
  EXPECT_EQ(wanted, 32);
  EXPECT_EQ(code_of(run(stills().want(still_of(video, wanted)))), ErrorCode::rate_limited);
  const LeasedStill leased = lease_still(stills());
  must(run(stills().finish(leased.still, leased.token, BlobKey("picture.jpg"))));
  must(run(stills().want(still_of(video, wanted))));
}

TEST_P(CatalogConformance, SweepsTheOldestStillsOfAVideoThatHasMany) {
  const Video video = make_video();
  coordinate_planned(video);
  Token first;
  for (int i = 0; i < kMostStills + 1; ++i) {
    advance(Milliseconds(1));
    must(run(stills().want(still_of(video, i))));
    const LeasedStill leased = lease_still(stills());
    if (i == 0) first = leased.token;
    const BlobKey key("still-" + std::to_string(i) + ".jpg");
    must(run(stills().finish(leased.still, leased.token, key)));
  }
  EXPECT_THAT(prefixes_due(), testing::ElementsAre("still-0.jpg"));
  EXPECT_FALSE(must(run(stills().want(still_of(video, 0)))).key) << "it is made anew";
  EXPECT_GT(lease_still(stills()).token, first) << "a late worker must not pass for this one";
}

}  // namespace
}  // namespace vodmill
