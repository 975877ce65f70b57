#include "catalog/census.h"
#include "catalog/event_log.h"
#include "catalog/generation_catalog.h"
#include "catalog/idempotency_keys.h"
#include "catalog/job_view.h"
#include "catalog/outbox.h"
#include "catalog/schema.h"
#include "catalog/still_catalog.h"
#include "catalog/task_catalog.h"
#include "catalog/video_catalog.h"
#include "catalog/worker_list.h"
#include "conformance/catalog.h"
#include "db/open_sqlite.h"
#include "db/sqlite.h"
#include "fakes/scratch_folder.h"

namespace vodmill {
namespace {

class SqliteProcess final : public CatalogProcess {
 public:
  explicit SqliteProcess(std::unique_ptr<db::Database> database) : database_(std::move(database)) {}

  VideoCatalog& videos() override { return videos_; }
  GenerationCatalog& generations() override { return generations_; }
  TaskCatalog& tasks() override { return tasks_; }
  EventLog& events() override { return events_; }
  Outbox& outbox() override { return outbox_; }
  IdempotencyKeys& keys() override { return keys_; }
  CatalogCensus& census() override { return census_; }
  JobView& jobs() override { return jobs_; }
  WorkerList& workers() override { return workers_; }
  StillCatalog& stills() override { return stills_; }
  Bell& bell() override { return database_->bell(); }

 private:
  std::unique_ptr<db::Database> database_;
  catalog::SqlVideoCatalog videos_{*database_};
  catalog::SqlGenerationCatalog generations_{*database_};
  catalog::SqlTaskCatalog tasks_{*database_};
  catalog::SqlEventLog events_{*database_};
  catalog::SqlOutbox outbox_{*database_};
  catalog::SqlIdempotencyKeys keys_{*database_};
  catalog::SqlCensus census_{*database_};
  catalog::SqlJobView jobs_{*database_};
  catalog::SqlWorkerList workers_{*database_};
  catalog::SqlStillCatalog stills_{*database_};
};

class SqliteWorld final : public CatalogWorld {
 public:
  explicit SqliteWorld(bool in_file) : in_file_(in_file) {}

  void advance(Milliseconds by) override { clock_.advance(by); }

  std::unique_ptr<CatalogProcess> open() override {
    return in_file_ ? open_at((folder_.path() / "catalog.sqlite").string()) : nullptr;
  }

  std::unique_ptr<CatalogProcess> open_first() {
    return in_file_ ? open() : open_at(std::string(db::kInMemory));
  }

 private:
  std::unique_ptr<CatalogProcess> open_at(const std::string& path) {
    auto database = db::open_sqlite(path, clock_, std::span(&catalog::kSchema, 1));
    if (!database) {
      ADD_FAILURE() << database.error().message;
      return nullptr;
    }
    return std::make_unique<SqliteProcess>(std::move(*database));
  }

  const bool in_file_;
  ManualClock clock_;
  ScratchFolder folder_;
};

MakeCatalogWorld sqlite(bool in_file) {
  return [in_file]() -> CatalogWorldAndProcess {
    auto world = std::make_shared<SqliteWorld>(in_file);
    std::shared_ptr<CatalogProcess> process = world->open_first();
    // The store has been here for long.
    world->advance(std::chrono::hours(1));
    return {world, process};
  };
}

INSTANTIATE_TEST_SUITE_P(SqliteInMemory, CatalogConformance, testing::Values(sqlite(false)));
INSTANTIATE_TEST_SUITE_P(SqliteFile, CatalogConformance, testing::Values(sqlite(true)));
INSTANTIATE_TEST_SUITE_P(SqliteInMemory, CatalogTurns, testing::Values(sqlite(false)));
INSTANTIATE_TEST_SUITE_P(SqliteFile, SharedCatalogConformance, testing::Values(sqlite(true)));

}  // namespace
}  // namespace vodmill
