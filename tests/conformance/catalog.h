// What core/catalog.h, core/event_log.h, core/outbox.h, core/idempotency.h, core/census.h,
// core/job_view.h, core/worker_list.h and core/still.h promise, as tests that run on every store. A
// store's test file says
//   INSTANTIATE_TEST_SUITE_P(Sqlite, CatalogConformance, testing::Values(make_world));
//   INSTANTIATE_TEST_SUITE_P(Sqlite, CatalogTurns, testing::Values(make_world));
//   INSTANTIATE_TEST_SUITE_P(Sqlite, SharedCatalogConformance, testing::Values(make_world));
// and is linked with catalog_*.cc.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "core/bell.h"
#include "core/catalog.h"
#include "core/census.h"
#include "core/event_log.h"
#include "core/job_view.h"
#include "core/outbox.h"
#include "core/still.h"
#include "core/worker_list.h"
#include "fakes/run.h"

namespace vodmill {

// One process's view of a store.
class CatalogProcess {
 public:
  virtual ~CatalogProcess() = default;
  virtual VideoCatalog& videos() = 0;
  virtual GenerationCatalog& generations() = 0;
  virtual TaskCatalog& tasks() = 0;
  virtual EventLog& events() = 0;
  virtual Outbox& outbox() = 0;
  virtual IdempotencyKeys& keys() = 0;
  virtual CatalogCensus& census() = 0;
  virtual JobView& jobs() = 0;
  virtual WorkerList& workers() = 0;
  virtual StillCatalog& stills() = 0;
  virtual Bell& bell() = 0;
};

// An empty store with a clock that tests move.
class CatalogWorld {
 public:
  virtual ~CatalogWorld() = default;
  virtual void advance(Milliseconds by) = 0;

  // Another process on the same store; nullptr where the store belongs to one process.
  virtual std::unique_ptr<CatalogProcess> open() = 0;
};

struct CatalogWorldAndProcess {
  std::shared_ptr<CatalogWorld> world;
  std::shared_ptr<CatalogProcess> process;
};
using MakeCatalogWorld = std::function<CatalogWorldAndProcess()>;

inline constexpr Milliseconds kLease{30'000};

template <class T>
T must(Result<T> result) {
  EXPECT_TRUE(result) << result.error().message;
  return std::move(result).value();
}
inline void must(Result<> result) { EXPECT_TRUE(result) << result.error().message; }

// nullopt for a success.
template <class T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

class CatalogConformance : public testing::TestWithParam<MakeCatalogWorld> {
 protected:
  void SetUp() override;

  VideoCatalog& videos() { return process_->videos(); }
  GenerationCatalog& generations() { return process_->generations(); }
  TaskCatalog& tasks() { return process_->tasks(); }
  EventLog& events() { return process_->events(); }
  Outbox& outbox() { return process_->outbox(); }
  IdempotencyKeys& keys() { return process_->keys(); }
  CatalogCensus& census() { return process_->census(); }
  JobView& jobs() { return process_->jobs(); }
  WorkerList& workers() { return process_->workers(); }
  StillCatalog& stills() { return process_->stills(); }

  void advance(Milliseconds by) { world_->advance(by); }

  // A new video at pending. Each of them is a millisecond younger than the one before.
  Video make_video(std::string owner = "", int priority = 0);
  GenerationLease coordinate(const Video& video);
  // With a plan of four segments in two chunks, two renditions and sound; no task is left but
  // those of the plan.
  GenerationLease coordinate_planned(const Video& video);
  LeasedTask lease_task();
  std::optional<LeasedTask> try_lease();
  // The lapsed lease of whoever has a task is another's now.
  LeasedTask take_over();
  Video get(const VideoId& id) { return must(run(videos().get(id))); }
  Task find_task(const TaskId& id, const VideoId& video, int generation = 1);
  std::vector<std::string> event_types(const VideoId& id);
  std::vector<std::string> prefixes_due();

  std::shared_ptr<CatalogWorld> world_;
  std::shared_ptr<CatalogProcess> process_;
};

// What holds between processes that share a store.
class SharedCatalogConformance : public CatalogConformance {};

// In which order tasks have their turn.
class CatalogTurns : public CatalogConformance {
 protected:
  // Each of them coordinated, with the plan of small_tasks(); their probes are done.
  void plan_all(const std::vector<Video>& made);
  void finish(const LeasedTask& task);
  std::optional<LeasedTask> lease_on(int cores, int urgent_cores);
  // A video of which one chunk is left to do; its mill may need so many bytes.
  VideoId make_large(std::int64_t memory, int priority = 0);
  // The owners in the order of their turns, when so many slots work all tasks off.
  std::vector<std::string> work_off(int slots);
};

inline const EngineBuild kBuild{"build-1"};

NewVideo new_video();
Plan small_plan();
SourceInfo small_info();
std::vector<NewTask> small_tasks();
Segment segment(std::string rendition, int index, std::string key);

}  // namespace vodmill
