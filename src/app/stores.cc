#include "app/stores.h"

#include <array>

#include "catalog/schema.h"
#include "queue/schema.h"

namespace vodmill::app {

Result<std::string> database_in(const std::filesystem::path& data) {
  const std::filesystem::path file = data / kDatabaseName;
  std::error_code error;
  if (std::filesystem::is_regular_file(file, error)) return file.string();
  return fail(ErrorCode::not_found, "There is no database " + file.string() +
                                        ". Name the folder of a server with --data, or start "
                                        "vodmill serve on this one first.");
}

Stores::Stores(std::unique_ptr<db::Database> opened, std::unique_ptr<blob::DirectoryStore> folder)
    : database(std::move(opened)),
      blobs(std::move(folder)),
      videos(*database),
      generations(*database),
      tasks(*database),
      events(*database),
      outbox(*database),
      keys(*database),
      census(*database),
      job_view(*database),
      workers(*database),
      stills(*database),
      job_queue(*database) {}

Result<std::unique_ptr<Stores>> Stores::open(const Clock& clock, const std::string& database,
                                             const std::string& objects,
                                             blob::DirectoryOptions options) {
  auto folder = TRY(blob::DirectoryStore::open(objects, options));
  const std::array schemas{catalog::kSchema, queue::kSchema};
  auto opened = TRY(db::open_sqlite(database, clock, schemas));
  return std::unique_ptr<Stores>(new Stores(std::move(opened), std::move(folder)));
}

worker::Ports Stores::ports(BlobStore& blobs_to_use, metrics::Registry& registry) {
  return {videos,    generations,      tasks,    outbox,  blobs_to_use,
          job_queue, database->bell(), registry, workers, stills};
}

}  // namespace vodmill::app
