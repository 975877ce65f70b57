// GenerationCatalog over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/catalog.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlGenerationCatalog final : public GenerationCatalog {
 public:
  // The database must outlive the catalog.
  explicit SqlGenerationCatalog(db::Database& database) : database_(database) {}

  Async<GenerationLease> coordinate(VideoId id, int generation, WorkerId worker,
                                    Milliseconds lease) override;
  Async<> renew(GenerationLease lease, Milliseconds length, ProgressUpdate update) override;
  Async<std::vector<Task>> tasks(VideoId id, int generation) override;
  Async<> store_plan(GenerationLease lease, SourceInfo info, Plan plan,
                     std::vector<NewTask> tasks) override;
  Async<> mark_playable(GenerationLease lease) override;
  Async<> complete(GenerationLease lease, Completion completion) override;
  Async<> fail(GenerationLease lease, Error error) override;
  Async<bool> begin_anew(GenerationLease lease, EngineBuild build, Milliseconds grace) override;
  Async<> begin_anew(GenerationLease lease) override;
  Async<std::vector<Orphan>> orphans(Milliseconds grace, int limit) override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
