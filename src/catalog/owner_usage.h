// What one owner has, within a transaction. For the files of this folder.
#pragma once

#include <string>

#include "core/quota.h"
#include "db/group_writer.h"

namespace vodmill::catalog {

// Reads a row for each of the owner's videos.
Result<OwnerUsage> usage_of(db::Transaction& transaction, const std::string& owner);

// As usage_of, and nobody else gets past it for this owner before the transaction has ended: what
// is added on the strength of the answer is seen by the next who asks. Where two processes take
// owners and videos in different orders, PostgreSQL fails one of them with storage_unavailable.
Result<OwnerUsage> hold_usage_of(db::Transaction& transaction, const std::string& owner);

}  // namespace vodmill::catalog
