// Cancel, delete and retry while the work is under way.
#include <boost/asio/use_awaitable.hpp>

#include "worker/world.h"

namespace vodmill {
namespace {

using SteadyClock = std::chrono::steady_clock;

class EndingTest : public WorkerTest {
 protected:
  // A video that two mills work at.
  VideoId begin() {
    worker::WorkerOptions seldom = options();
    seldom.heartbeat = Milliseconds(3000);  // too seldom to be how a mill learns of its end
    start_worker(seldom);
    const VideoId id = upload(60, 360);
    EXPECT_TRUE(turn_until([&] { return rows_of(id).size() >= 6 && running_mills().size() == 3; }));
    return id;
  }

  // Until only the spare mill is left.
  void expect_mills_gone_within_a_second(SteadyClock::time_point since) {
    EXPECT_TRUE(turn_until([] { return running_mills().size() <= 1; }));
    EXPECT_LT(SteadyClock::now() - since, Milliseconds(1000));
  }
};

TEST_F(EndingTest, CancelEndsTheMillsWithinASecondAndRemovesTheObjects) {
  const VideoId id = begin();
  const auto before = SteadyClock::now();
  must(wait_for(videos_.cancel(id)));
  expect_mills_gone_within_a_second(before);
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
  turn_for(Milliseconds(1000));
  EXPECT_EQ(keys(id.str() + "/"), std::vector{id.str() + "/source"});
  EXPECT_EQ(video(id).status, VideoStatus::cancelled);
}

TEST_F(EndingTest, DeleteEndsTheMillsWithinASecondAndRemovesEverything) {
  const VideoId id = begin();
  const auto before = SteadyClock::now();
  must(wait_for(videos_.remove(id, Milliseconds(3000))));
  expect_mills_gone_within_a_second(before);
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/").empty(); }));
}

TEST_F(EndingTest, ARetriedVideoIsDoneAnewWhileTheOldAttemptIsCleanedUp) {
  const VideoId id = begin();
  must(wait_for(videos_.retry(id)));
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  EXPECT_EQ(video(id).generation, 2);
  EXPECT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
  expect_whole(id, 2);
}

TEST_F(EndingTest, ACancelledVideoCanBeRetried) {
  const VideoId id = begin();
  must(wait_for(videos_.cancel(id)));
  must(wait_for(videos_.retry(id)));
  EXPECT_EQ(wait_for_end(id).status, VideoStatus::completed);
  expect_whole(id, 2);
}

TEST_F(EndingTest, APutThatArrivesAfterTheSweepLeavesNothing) {
  bool hold = false;
  int held = 0;
  store_.before = [&](std::string_view operation, const BlobKey& key) -> asio::awaitable<void> {
    if (!hold || operation != "put" || !key.str().ends_with(".m4s")) co_return;
    ++held;
    while (hold) {
      asio::steady_timer timer(context_, Milliseconds(20));
      co_await timer.async_wait(asio::use_awaitable);
    }
    --held;
  };
  const VideoId id = begin();
  hold = true;
  ASSERT_TRUE(turn_until([&] { return held >= 3; }));
  must(wait_for(videos_.cancel(id)));
  ASSERT_TRUE(turn_until([&] { return keys(id.str() + "/g1/").empty(); }));
  hold = false;
  ASSERT_TRUE(turn_until([&] { return held == 0; }));
  turn_for(Milliseconds(500));
  EXPECT_EQ(keys(id.str() + "/"), std::vector{id.str() + "/source"});
}

}  // namespace
}  // namespace vodmill
