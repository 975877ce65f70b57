// A whole worker for one test: real mills, SQLite and a store in memory, and an event loop that the
// test turns itself.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "catalog/event_log.h"
#include "catalog/generation_catalog.h"
#include "catalog/outbox.h"
#include "catalog/still_catalog.h"
#include "catalog/task_catalog.h"
#include "catalog/video_catalog.h"
#include "catalog/worker_list.h"
#include "db/database.h"
#include "fakes/memory_store.h"
#include "fakes/scratch_folder.h"
#include "queue/sql_queue.h"
#include "worker/worker.h"

namespace vodmill {

inline constexpr Milliseconds kPatience{60'000};

class WorkerTest : public testing::Test {
 public:
  ~WorkerTest() override;

 protected:
  WorkerTest();

  // Options of a worker with so many slots that does not wait long for anything. On one slot it has
  // a mill at a time, and an urgent task beside it.
  worker::WorkerOptions options(int slots = 2) const;
  worker::Ports ports(BlobStore& store);

  // A worker on store_, started. Stopped at the end of the test.
  worker::Worker& start_worker(worker::WorkerOptions options);
  worker::Worker& start_worker() { return start_worker(options()); }
  void stop(worker::Worker& worker);

  // A clip with a counter and sound; the same bytes for the same numbers.
  const Bytes& make_clip(int seconds, int height = 240);

  // Such a clip in the store, and its video in the catalog.
  VideoId upload(int seconds, int height = 240);
  VideoId upload_bytes(const Bytes& bytes);

  // Turns the loop until `work` has ended, and gives its answer.
  template <class T>
  T wait_for(asio::awaitable<T> work);

  // Turns the loop until it is true; a failure after `patience`.
  bool turn_until(const std::function<bool()>& is_true, Milliseconds patience = kPatience);
  void turn_for(Milliseconds time);

  Video video(const VideoId& id) { return must(wait_for(videos_.get(id))); }
  Video wait_for_end(const VideoId& id, Milliseconds patience = kPatience);
  std::vector<Task> tasks_of(const VideoId& id, int generation = 1);
  // Of every rendition of the plan, InitSegments too.
  std::vector<Segment> rows_of(const VideoId& id, int generation = 1);
  std::vector<std::string> events_of(const VideoId& id);

  // Every segment of the plan has a row, every row its object, and below the video's prefix there
  // is nothing else but its source and playlists.
  void expect_whole(const VideoId& id, int generation = 1);

  // Objects whose keys begin with the prefix.
  std::vector<std::string> keys(const std::string& prefix) const;

  template <class T>
  static T must(Result<T> result) {
    EXPECT_TRUE(result) << result.error().message;
    return std::move(result).value();
  }
  static void must(Result<> result) { EXPECT_TRUE(result) << result.error().message; }

  SystemClock clock_;
  DiskSpace* space_ = nullptr;  // of the next worker
  metrics::Registry registry_;
  asio::io_context context_{1};
  std::unique_ptr<db::Database> database_;
  MemoryStore store_;
  catalog::SqlVideoCatalog videos_;
  catalog::SqlGenerationCatalog generations_;
  catalog::SqlTaskCatalog tasks_;
  catalog::SqlEventLog events_;
  catalog::SqlOutbox outbox_;
  catalog::SqlWorkerList worker_list_;
  catalog::SqlStillCatalog stills_;
  queue::SqlQueue queue_;
  std::vector<std::unique_ptr<worker::Worker>> workers_;

 private:
  void turn_once();
};

// The processes that this one has started and that have not ended.
std::vector<pid_t> running_mills();

template <class T>
T WorkerTest::wait_for(asio::awaitable<T> work) {
  std::optional<T> answer;
  asio::co_spawn(context_, std::move(work), [&](std::exception_ptr thrown, T value) {
    if (thrown) std::rethrow_exception(thrown);
    answer.emplace(std::move(value));
  });
  EXPECT_TRUE(turn_until([&] { return answer.has_value(); }));
  return std::move(*answer);
}

}  // namespace vodmill
