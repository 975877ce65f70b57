// Two processes on one store, as far as one test program can be two.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <set>
#include <thread>

#include "conformance/catalog.h"

namespace vodmill {
namespace {

TEST_P(SharedCatalogConformance, LetsOnlyOneOfTwoProcessesCoordinate) {
  const auto other = world_->open();
  ASSERT_TRUE(other);
  const Video video = make_video();
  const GenerationLease lease =
      must(run(other->generations().coordinate(video.id, 1, WorkerId("other"), kLease)));
  EXPECT_EQ(code_of(run(generations().coordinate(video.id, 1, WorkerId("w"), kLease))),
            ErrorCode::conflict);
  must(run(other->generations().mark_playable(lease)));
  EXPECT_TRUE(get(video.id).playable);
}

TEST_P(SharedCatalogConformance, LeasesEveryTaskToOneOfTwoProcesses) {
  const auto other = world_->open();
  ASSERT_TRUE(other);
  constexpr int kVideos = 40;
  for (int i = 0; i < kVideos; ++i) coordinate(make_video());
  const auto lease_all = [](TaskCatalog& catalog, std::vector<std::string>& ids) {
    while (auto task =
               must(run(catalog.lease(WorkerId("w"), {.build = kBuild, .lease = kLease})))) {
      ids.push_back(task->task.id.str());
    }
  };
  std::vector<std::string> mine, theirs;
  std::thread thread([&] { lease_all(other->tasks(), theirs); });
  lease_all(tasks(), mine);
  thread.join();
  std::set<std::string> all(mine.begin(), mine.end());
  all.insert(theirs.begin(), theirs.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kVideos));
  EXPECT_EQ(mine.size() + theirs.size(), static_cast<std::size_t>(kVideos));
}

TEST_P(SharedCatalogConformance, RingsForTheChangesOfAnotherProcess) {
  const auto other = world_->open();
  ASSERT_TRUE(other);
  const std::uint64_t seen = process_->bell().count();
  must(run(other->videos().create(new_video())));
  run(process_->bell().wait(seen, std::chrono::minutes(5)));
  EXPECT_NE(process_->bell().count(), seen);
}

TEST_P(SharedCatalogConformance, TakesNothingOverWithinOneLeaseOfItsReturn) {
  const Video video = make_video();
  coordinate(video);
  const LeasedTask task = lease_task();
  advance(kLease * 2);
  const auto returned = world_->open();
  ASSERT_TRUE(returned);
  const auto lease = [&] {
    return must(run(returned->tasks().lease(WorkerId("new"), {.build = kBuild, .lease = kLease})));
  };
  const auto coordinate_again = [&] {
    return code_of(run(returned->generations().coordinate(video.id, 1, WorkerId("new"), kLease)));
  };
  EXPECT_EQ(lease(), std::nullopt);
  EXPECT_EQ(coordinate_again(), ErrorCode::conflict);
  advance(kLease);
  EXPECT_EQ(lease().value().task.id, task.task.id);
  EXPECT_EQ(coordinate_again(), std::nullopt);
}

TEST_P(CatalogConformance, CommitsTheNeighboursOfAWriteThatIsRefused) {
  const Video video = make_video();
  coordinate_planned(video);
  const LeasedTask task = lease_task();
  asio::io_context context;
  int won = 0, refused = 0;
  for (int i = 0; i < 20; ++i) {
    const Token token = i % 2 == 0 ? task.token : Token{task.token.value - 1};
    asio::co_spawn(
        context, tasks().commit_segment(task.task.id, token, segment("v0", i, "k")),
        [&](std::exception_ptr, Result<CommitOutcome> outcome) { ++(outcome ? won : refused); });
  }
  context.run();
  EXPECT_EQ(won, 10);
  EXPECT_EQ(refused, 10);
  EXPECT_EQ(must(run(videos().segments(video.id, 1, "v0"))).size(), 10U);
}

}  // namespace
}  // namespace vodmill
