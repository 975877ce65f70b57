// A whole Database on SQLite: migrated, with its writer, its readers and its bell.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "db/database.h"
#include "db/migration.h"

namespace vodmill::db {

// Opens the database in the file `path`, made if it is not there; kInMemory is a database that dies
// with the answer. Blocks while it migrates. The clock must outlive the Database. Errors:
// storage_unavailable, disk_full, conflict (the schema is newer than ours), internal_error.
Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, const Clock& clock,
                                              std::span<const Schema> schemas);

}  // namespace vodmill::db
