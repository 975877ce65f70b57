// vodmill_queue_rate FOLDER JOBS IN_FLIGHT PACED: what the embedded queue does in a second, as
// JSON.
//
// A database in FOLDER, as the server opens it; durable, every answer after its commit. First JOBS
// jobs are added by IN_FLIGHT coroutines while as many take and settle them; then PACED jobs are
// added one at a time, kPace apart, and the time from the call of add() to the consumer's having
// the job is taken. Bench program; one thread beside the database's own.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <vector>

#include "db/open_sqlite.h"
#include "queue/schema.h"
#include "queue/sql_queue.h"

namespace vodmill {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Milliseconds kLock{30'000};
constexpr Milliseconds kPace{10};
constexpr Milliseconds kLookAgain{1'000};  // the bell rings earlier

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

template <class T>
T or_exit(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Bench {
 public:
  explicit Bench(db::Database& database) : database_(database), queue_(database) {}

  // Jobs a second, from the first call of add() to the last answer of settle().
  double rate(int jobs, int in_flight) {
    const auto begin = Steady::now();
    left_to_add_ = left_to_settle_ = jobs;
    for (int i = 0; i < in_flight; ++i) spawn(add_many());
    for (int i = 0; i < in_flight; ++i) spawn(consume());
    run();
    return jobs / seconds_since(begin);
  }

  // Seconds from add() to the job's being held, ascending.
  std::vector<double> latencies(int jobs) {
    left_to_settle_ = jobs;
    spawn(consume());
    spawn(add_paced(jobs));
    run();
    std::ranges::sort(taken_);
    return taken_;
  }

 private:
  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(context_, std::move(work), asio::detached);
  }

  void run() {
    context_.run();
    context_.restart();
  }

  asio::awaitable<void> add_one() {
    NewJob job{MessageId(std::to_string(next_++)), VideoId("video")};
    added_at_[job.id.str()] = Steady::now();
    Result<> added = co_await queue_.add(std::move(job));
    or_exit(std::move(added));
  }

  asio::awaitable<void> add_many() {
    while (left_to_add_-- > 0) {
      co_await add_one();
    }
  }

  asio::awaitable<void> add_paced(int jobs) {
    asio::steady_timer pace(context_);
    for (int i = 0; i < jobs; ++i) {
      pace.expires_after(kPace);
      co_await pace.async_wait(asio::use_awaitable);
      co_await add_one();
    }
  }

  // As a worker does it: it looks, takes until nothing is left, and waits for the bell.
  asio::awaitable<void> consume() {
    while (left_to_settle_ > 0) {
      const std::uint64_t seen = database_.bell().count();
      auto taken = co_await queue_.acquire(WorkerId("bench"), kLock);
      auto offered = or_exit(std::move(taken));
      if (!offered) {
        co_await database_.bell().wait(seen, kLookAgain);
        continue;
      }
      taken_.push_back(seconds_since(added_at_[offered->job.id.str()]));
      Result<> settled = co_await queue_.settle(offered->job.id, offered->lock, true, "{}");
      or_exit(std::move(settled));
      if (--left_to_settle_ == 0) database_.bell().ring();
    }
  }

  db::Database& database_;
  queue::SqlQueue queue_;
  asio::io_context context_;
  int next_ = 0;
  int left_to_add_ = 0;
  int left_to_settle_ = 0;
  std::map<std::string, Steady::time_point> added_at_;
  std::vector<double> taken_;
};

double percentile(const std::vector<double>& sorted, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

int measure(const std::string& folder, int jobs, int in_flight, int paced) {
  const SystemClock clock;
  const std::array schemas{queue::kSchema};
  const auto open = [&](const char* name) {
    return or_exit(db::open_sqlite(folder + name, clock, schemas));
  };
  const auto busy = open("/busy.db");
  const double rate = Bench(*busy).rate(jobs, in_flight);
  const auto idle = open("/idle.db");
  const std::vector<double> taken = Bench(*idle).latencies(paced);
  fmt::print(R"({{"rate": {:.1f}, "median": {:.6f}, "p99": {:.6f}}})"
             "\n",
             rate, percentile(taken, 0.5), percentile(taken, 0.99));
  return 0;
}

}  // namespace
}  // namespace vodmill

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: vodmill_queue_rate FOLDER JOBS IN_FLIGHT PACED\n", stderr);
    return 2;
  }
  return vodmill::measure(argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]));
}
