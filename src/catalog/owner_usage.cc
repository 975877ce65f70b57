#include "catalog/owner_usage.h"

#include "catalog/census_sql.h"
#include "catalog/rows.h"

namespace vodmill::catalog {

Result<OwnerUsage> usage_of(db::Transaction& transaction, const std::string& owner) {
  OwnerUsage usage;
  const db::Rows rows = TRY(transaction.execute(census_sql::kOfOwner, {owner}));
  for (const db::Row& row : rows.rows) {
    const auto status = video_status_from(row.text(0));
    if (status && !is_final(*status)) ++usage.unfinished_videos;
    const Source source = TRY(stored(source_from_json(row.text(1)), "source"));
    for (const Extent& extent : source.extents) usage.bytes += extent.length;
  }
  return usage;
}

Result<OwnerUsage> hold_usage_of(db::Transaction& transaction, const std::string& owner) {
  // A statement of its own: the next one sees what was committed while this one waited.
  TRY_VOID(transaction.execute(census_sql::kLockOwner, {owner}));
  return usage_of(transaction, owner);
}

}  // namespace vodmill::catalog
