// The concrete adapters of one process, made from its settings. Only this folder names an adapter.
//
// Owned by the command that runs; outlives everything that uses it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "blob/directory_store.h"
#include "catalog/census.h"
#include "catalog/event_log.h"
#include "catalog/generation_catalog.h"
#include "catalog/idempotency_keys.h"
#include "catalog/job_view.h"
#include "catalog/outbox.h"
#include "catalog/still_catalog.h"
#include "catalog/task_catalog.h"
#include "catalog/video_catalog.h"
#include "catalog/worker_list.h"
#include "db/open_sqlite.h"
#include "db/sqlite.h"
#include "queue/sql_queue.h"
#include "worker/context.h"

namespace vodmill::app {

inline constexpr std::string_view kDatabaseName = "vodmill.db";

// The database's file in the folder of a server; not_found where no server has made one.
Result<std::string> database_in(const std::filesystem::path& data);

struct Stores {
  // `database`: a file, or db::kInMemory. `objects`: the folder of the BlobStore.
  static Result<std::unique_ptr<Stores>> open(const Clock& clock, const std::string& database,
                                              const std::string& objects,
                                              blob::DirectoryOptions options = {});

  // The worker's ports, with `blobs_to_use` as its BlobStore.
  worker::Ports ports(BlobStore& blobs_to_use, metrics::Registry& registry);

  std::unique_ptr<db::Database> database;
  std::unique_ptr<blob::DirectoryStore> blobs;
  catalog::SqlVideoCatalog videos;
  catalog::SqlGenerationCatalog generations;
  catalog::SqlTaskCatalog tasks;
  catalog::SqlEventLog events;
  catalog::SqlOutbox outbox;
  catalog::SqlIdempotencyKeys keys;
  catalog::SqlCensus census;
  catalog::SqlJobView job_view;
  catalog::SqlWorkerList workers;
  catalog::SqlStillCatalog stills;
  queue::SqlQueue job_queue;

 private:
  Stores(std::unique_ptr<db::Database> opened, std::unique_ptr<blob::DirectoryStore> folder);
};

}  // namespace vodmill::app
