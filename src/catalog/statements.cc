#include "catalog/statements.h"

#include "catalog/census_sql.h"
#include "catalog/event_sql.h"
#include "catalog/generation_sql.h"
#include "catalog/idempotency_sql.h"
#include "catalog/job_sql.h"
#include "catalog/outbox_sql.h"
#include "catalog/still_sql.h"
#include "catalog/task_sql.h"
#include "catalog/video_lock_sql.h"
#include "catalog/video_sql.h"
#include "catalog/worker_sql.h"

namespace vodmill::catalog {

std::vector<db::Statement> all_statements() {
  std::vector<db::Statement> all;
  const auto add = [&all](const auto& some) { all.insert(all.end(), some.begin(), some.end()); };
  add(video_lock_sql::kAll);
  add(video_sql::kAll);
  add(generation_sql::kAll);
  add(task_sql::kAll);
  add(event_sql::kAll);
  add(outbox_sql::kAll);
  add(idempotency_sql::kAll);
  add(census_sql::kAll);
  add(job_sql::kAll);
  add(worker_sql::kAll);
  add(still_sql::kAll);
  return all;
}

}  // namespace vodmill::catalog
