// What one owner has, within a transaction. For the files of this folder.
#pragma once

#include <string>

#include "core/quota.h"
#include "db/group_writer.h"

namespace vodmill::catalog {

// Reads a row for each of the owner's videos.
Result<OwnerUsage> usage_of(db::Transaction& transaction, const std::string& owner);

}  // namespace vodmill::catalog
