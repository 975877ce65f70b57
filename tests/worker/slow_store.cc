// slow_store [ROUNDS [SECONDS [HEIGHT]]]: how long a worker takes for a video whose store answers
// each write at once, and for the same one where every write takes half a second. A line a round:
// both in seconds. Run by bench/slow_store.py; not a test.
#include <spdlog/fmt/fmt.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <string>

#include "base/log.h"
#include "mill/mill_main.h"
#include "worker/world.h"

namespace vodmill {
namespace {

class SlowStore : public WorkerTest {
 public:
  static inline int rounds = 3, seconds = 60, height = 360;

 protected:
  double seconds_with(Milliseconds delay) {
    store_.before = [this, delay](std::string_view operation,
                                  const BlobKey&) -> asio::awaitable<void> {
      if (operation != "put" || delay.count() == 0) co_return;
      asio::steady_timer timer(context_, delay);
      co_await timer.async_wait(asio::use_awaitable);
    };
    const VideoId id = upload(seconds, height);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(wait_for_end(id, std::chrono::minutes(10)).status, VideoStatus::completed);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  }
};

TEST_F(SlowStore, CostsLittle) {
  start_worker();
  for (int round = 0; round < rounds; ++round) {
    const double fast = seconds_with(Milliseconds(0));
    const double slow = seconds_with(Milliseconds(500));
    fmt::print("took {:.3f} {:.3f}\n", fast, slow);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace vodmill

int main(int argc, char** argv) {
  using vodmill::SlowStore;
  if (argc > 1 && std::string_view(argv[1]) == "mill") {
    return vodmill::mill::mill_main(std::vector<std::string>(argv + 2, argv + argc));
  }
  vodmill::log::start("warn");
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1) SlowStore::rounds = std::stoi(argv[1]);
  if (argc > 2) SlowStore::seconds = std::stoi(argv[2]);
  if (argc > 3) SlowStore::height = std::stoi(argv[3]);
  return RUN_ALL_TESTS();
}
