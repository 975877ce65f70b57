#include "catalog/census.h"

#include <algorithm>

#include "catalog/census_sql.h"
#include "catalog/owner_usage.h"

namespace vodmill::catalog {
namespace {

std::unexpected<Error> unknown_word(const std::string& word) {
  return fail(ErrorCode::internal_error, "database: \"" + word + "\" is no word of ours");
}

Result<std::vector<Census::Videos>> count_videos(db::Transaction& transaction) {
  std::vector<Census::Videos> videos;
  const db::Rows rows = TRY(transaction.execute(census_sql::kVideos));
  for (const db::Row& row : rows.rows) {
    const auto status = video_status_from(row.text(0));
    if (!status) return unknown_word(row.text(0));
    videos.push_back({*status, row.integer(1)});
  }
  return videos;
}

Result<> count_tasks(db::Transaction& transaction, Census& census) {
  const db::Rows rows = TRY(transaction.execute(census_sql::kTasks));
  for (const db::Row& row : rows.rows) {
    const auto kind = task_kind_from(row.text(0));
    const auto state = task_state_from(row.text(1));
    if (!kind || !state) return unknown_word(row.text(0) + " " + row.text(1));
    census.tasks.push_back({*kind, *state, row.integer(2)});
    if (*state != TaskState::waiting) continue;
    census.longest_wait = std::max(census.longest_wait, Milliseconds(row.integer(3)));
  }
  return {};
}

}  // namespace

Async<Census> SqlCensus::count() {
  auto look = [](db::Transaction& transaction) -> Result<Census> {
    Census census;
    census.videos = TRY(count_videos(transaction));
    TRY_VOID(count_tasks(transaction, census));
    const db::Rows undelivered = TRY(transaction.execute(census_sql::kUndelivered));
    census.undelivered_jobs = undelivered[0].integer(0);
    return census;
  };
  co_return co_await database_.read(std::move(look));
}

Async<OwnerUsage> SqlCensus::of_owner(std::string owner) {
  auto look = [owner = std::move(owner)](db::Transaction& transaction) {
    return usage_of(transaction, owner);
  };
  co_return co_await database_.read(std::move(look));
}

Async<std::vector<std::string>> SqlCensus::pending_sweeps() {
  auto look = [](db::Transaction& transaction) -> Result<std::vector<std::string>> {
    std::vector<std::string> prefixes;
    const db::Rows rows = TRY(transaction.execute(census_sql::kSweeps));
    for (const db::Row& row : rows.rows) prefixes.push_back(row.text(0));
    return prefixes;
  };
  co_return co_await database_.read(std::move(look));
}

}  // namespace vodmill::catalog
