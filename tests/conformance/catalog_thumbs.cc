// The small pictures of segments: they stand exactly where their segment stands.
#include <gmock/gmock.h>

#include "conformance/catalog.h"

namespace vodmill {
namespace {

Segment with_thumbs(int index, std::string key, int score) {
  Segment made = segment("v1", index, key + ".m4s");
  made.thumbs = Thumbs{.segment = index,
                       .strip = BlobKey(key + "-strip.jpg"),
                       .strip_bytes = 100 + index,
                       .poster = BlobKey(key + "-poster.jpg"),
                       .poster_bytes = 200 + index,
                       .score = score};
  return made;
}

TEST_P(CatalogConformance, CommitsThumbsWithTheirSegment) {
  const Video video = make_video();
  coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(tasks().commit_segment(task.task.id, task.token, with_thumbs(1, "b", 7))));
  must(run(tasks().commit_segment(task.task.id, task.token, with_thumbs(0, "a", 0))));
  const std::vector<Thumbs> rows = must(run(videos().thumbs(video.id, 1)));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].segment, 0);
  EXPECT_EQ(rows[0].strip.str(), "a-strip.jpg");
  EXPECT_EQ(rows[0].strip_bytes, 100);
  EXPECT_EQ(rows[0].poster.str(), "a-poster.jpg");
  EXPECT_EQ(rows[0].poster_bytes, 200);
  EXPECT_EQ(rows[1].segment, 1);
  EXPECT_EQ(rows[1].score, 7);
  EXPECT_TRUE(must(run(videos().thumbs(video.id, 2))).empty());
  EXPECT_TRUE(must(run(videos().thumbs(VideoId("none"), 1))).empty());
}

TEST_P(CatalogConformance, KeepsTheThumbsOfTheFirstCommittedSegment) {
  const Video video = make_video();
  coordinate_planned(video);
  const LeasedTask task = lease_task();
  const TaskId id = task.task.id;
  EXPECT_EQ(must(run(tasks().commit_segment(id, task.token, with_thumbs(0, "first", 5)))),
            CommitOutcome::won);
  EXPECT_EQ(must(run(tasks().commit_segment(id, task.token, with_thumbs(0, "second", 9)))),
            CommitOutcome::lost);
  const std::vector<Thumbs> rows = must(run(videos().thumbs(video.id, 1)));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].strip.str(), "first-strip.jpg");
}

TEST_P(CatalogConformance, CommitsNoThumbsWithALostLease) {
  const Video video = make_video();
  coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(videos().cancel(video.id)));
  EXPECT_EQ(code_of(run(tasks().commit_segment(task.task.id, task.token, with_thumbs(0, "a", 5)))),
            ErrorCode::lease_lost);
  EXPECT_TRUE(must(run(videos().thumbs(video.id, 1))).empty());
}

TEST_P(CatalogConformance, TellsOfPicturesOnceTheVideoIsPlayable) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(tasks().commit_segment(task.task.id, task.token, with_thumbs(0, "black", 0))));
  EXPECT_FALSE(get(video.id).has_storyboard);
  must(run(generations().mark_playable(lease)));
  EXPECT_TRUE(get(video.id).has_storyboard);
  EXPECT_FALSE(get(video.id).has_poster) << "a black one, while better ones may come";
  must(run(tasks().commit_segment(task.task.id, task.token, with_thumbs(1, "good", 400))));
  EXPECT_TRUE(get(video.id).has_poster);
}

TEST_P(CatalogConformance, TellsOfPicturesOfTheGenerationThatPlays) {
  const Video video = make_video();
  const GenerationLease lease = coordinate_planned(video);
  const LeasedTask task = lease_task();
  must(run(tasks().commit_segment(task.task.id, task.token, with_thumbs(0, "black", 0))));
  must(run(generations().mark_playable(lease)));
  must(run(generations().complete(lease, {.duration_seconds = 24, .partial = {}})));
  EXPECT_TRUE(get(video.id).has_poster) << "nothing better will come";
  must(run(videos().retry(video.id)));
  EXPECT_TRUE(get(video.id).has_poster);
  EXPECT_TRUE(get(video.id).has_storyboard);
}

}  // namespace
}  // namespace vodmill
