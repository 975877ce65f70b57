// Pictures of any moment, made by a worker while and after a video is processed.
#include <boost/asio/use_awaitable.hpp>

#include "hls/jpeg.h"
#include "worker/world.h"

namespace vodmill {
namespace {

class StillsTest : public WorkerTest {
 protected:
  StillState want(const Still& still) { return must(wait_for(stills_.want(still))); }

  // Turns the loop until it is made, or known to be impossible.
  StillState wait_for_still(const Still& still) {
    EXPECT_TRUE(turn_until([&] {
      const StillState state = want(still);
      return state.key || state.error;
    }));
    return want(still);
  }

  void wait_for_plan(const VideoId& id) {
    ASSERT_TRUE(
        turn_until([&] { return must(wait_for(videos_.generation(id, 1))).plan.has_value(); }));
  }
};

TEST_F(StillsTest, AreMadeWhileTheSlotsAreTaken) {
  start_worker(options(1));
  const VideoId id = upload(60);
  wait_for_plan(id);
  const Still still{.video = id, .generation = 1, .frame = 1234, .width = 200};
  const StillState made = wait_for_still(still);
  ASSERT_TRUE(made.key);
  EXPECT_NE(video(id).status, VideoStatus::completed) << "the clip is too short for this test";
  const auto info = hls::parse_jpeg(store_.objects().at(made.key->str()));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->width, 200);
  EXPECT_GT(info->height, 50);
  EXPECT_TRUE(made.key->str().starts_with(id.str() + "/stills/"));
}

TEST_F(StillsTest, AreMadeOfACompletedVideoAndKept) {
  start_worker();
  const VideoId id = upload(3);
  ASSERT_EQ(wait_for_end(id).status, VideoStatus::completed);
  const Still still{.video = id, .generation = 1, .frame = 74, .width = 16};
  const StillState first = wait_for_still(still);
  ASSERT_TRUE(first.key);
  EXPECT_EQ(want(still).key, first.key);
  EXPECT_EQ(keys(id.str() + "/stills/").size(), 1U);
}

TEST_F(StillsTest, GoWithTheirVideo) {
  start_worker();
  const VideoId id = upload(3);
  ASSERT_EQ(wait_for_end(id).status, VideoStatus::completed);
  ASSERT_TRUE(wait_for_still({.video = id, .generation = 1, .frame = 3, .width = 64}).key);
  must(wait_for(videos_.remove(id, Milliseconds(100))));
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/").empty(); }));
}

TEST_F(StillsTest, OfASourceThatIsGoneAreImpossible) {
  start_worker();
  const VideoId id = upload(3);
  ASSERT_EQ(wait_for_end(id).status, VideoStatus::completed);
  must(wait_for(store_.remove(BlobKey(id.str() + "/source"))));
  const Still still{.video = id, .generation = 1, .frame = 0, .width = 64};
  // What it has read of the source for the video is another cache's.
  const StillState state = wait_for_still(still);
  ASSERT_TRUE(state.error);
  EXPECT_EQ(state.error->code, ErrorCode::fetch_failed);
}

}  // namespace
}  // namespace vodmill
