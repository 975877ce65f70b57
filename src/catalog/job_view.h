// JobView over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/job_view.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlJobView final : public JobView {
 public:
  // The database must outlive the view.
  explicit SqlJobView(db::Database& database) : database_(database) {}

  Async<JobPage> list(JobFilter filter) override;
  Async<JobDetails> get(MessageId id) override;
  Async<QueueFigures> figures(Milliseconds past) override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
