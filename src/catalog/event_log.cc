#include "catalog/event_log.h"

#include "catalog/event_sql.h"
#include "catalog/rows.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

Result<std::vector<Event>> read_events(Transaction& transaction, const db::Statement& statement,
                                       db::Params params) {
  const db::Rows rows = TRY(transaction.execute(statement, params));
  std::vector<Event> events;
  for (const db::Row& row : rows.rows) events.push_back(event_from(row));
  return events;
}

}  // namespace

Async<std::vector<Event>> SqlEventLog::of_video(VideoId video, std::int64_t after, int limit) {
  auto work = [video = std::move(video), after, limit](Transaction& transaction) {
    return read_events(transaction, event_sql::kOfVideo, {video.str(), after, limit});
  };
  return database_.read(std::move(work));
}

Async<std::vector<Event>> SqlEventLog::all(std::int64_t after, int limit) {
  auto work = [after, limit](Transaction& transaction) {
    return read_events(transaction, event_sql::kAllEvents, {after, limit});
  };
  return database_.read(std::move(work));
}

Async<std::int64_t> SqlEventLog::newest() {
  auto work = [](Transaction& transaction) -> Result<std::int64_t> {
    const db::Rows rows = TRY(transaction.execute(event_sql::kNewest));
    return rows[0].integer(0);
  };
  return database_.read(std::move(work));
}

}  // namespace vodmill::catalog
