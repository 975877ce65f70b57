// EventLog over SQL. Made by app/; its functions may be awaited from any executor.
//
// On SQLite one writer commits at a time, so ids are in the order of commits and have no gap that
// could fill later.
#pragma once

#include "core/event_log.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlEventLog final : public EventLog {
 public:
  // The database must outlive the log.
  explicit SqlEventLog(db::Database& database) : database_(database) {}

  Async<std::vector<Event>> of_video(VideoId video, std::int64_t after, int limit) override;
  Async<std::vector<Event>> all(std::int64_t after, int limit) override;
  Async<std::int64_t> newest() override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
