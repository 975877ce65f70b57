#include "catalog/job_view.h"

#include <spdlog/fmt/fmt.h>

#include <charconv>
#include <limits>

#include "catalog/job_sql.h"
#include "catalog/page_cursor.h"
#include "catalog/rows.h"
#include "catalog/video_lock.h"
#include "plan/json.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

constexpr int kLargestPage = 200;
constexpr int kMostRunning = 200;

// What a job's id says; the other direction is job_id().
struct JobName {
  std::string video;
  std::int64_t generation = 0;
};

std::optional<JobName> job_name_from(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  JobName name{.video = std::string(id.substr(0, dash))};
  const char* const end = id.data() + id.size();
  const auto [rest, error] = std::from_chars(id.data() + dash + 1, end, name.generation);
  if (error != std::errc() || rest != end || name.generation < 1) return std::nullopt;
  return name;
}

// Where a page begins: after this job, in the order newest first.
struct Position {
  std::int64_t created_at = std::numeric_limits<std::int64_t>::max();
  JobName job;
};

Result<Position> position_from(std::string_view cursor) {
  if (cursor.empty()) return Position();
  const PageCursor after = TRY(read_page_cursor(cursor));
  const std::optional<JobName> job = job_name_from(after.id);
  if (!job) return no_page_cursor();
  return Position{.created_at = after.created_at, .job = *job};
}

std::optional<Error> error_from(const db::Row& row, std::string_view status) {
  if (!row.is_null(7)) return Error{error_code_from_name(row.text(7)), row.text(8)};
  if (status != name_of(VideoStatus::cancelled)) return std::nullopt;
  return Error{ErrorCode::cancelled, "It was given up for a retry of the video."};
}

// The columns of the view shown_jobs.
Result<ShownJob> job_from(const db::Row& row) {
  ShownJob job;
  job.video = VideoId(row.text(0));
  job.generation = static_cast<int>(row.integer(1));
  job.id = job_id(job.video, job.generation);
  const auto state = job_state_from(row.text(2));
  if (!state) return fail(ErrorCode::internal_error, "database: unknown state " + row.text(2));
  job.state = *state;
  job.priority = static_cast<int>(row.integer(3));
  job.waiting_reason = row.text(4);
  job.progress = static_cast<int>(row.integer(5));
  job.coordinator = row.text(6);
  job.error = error_from(row, row.text(11));
  job.created_at = Timestamp{row.integer(9)};
  if (!row.is_null(10)) job.ended_at = Timestamp{row.integer(10)};
  return job;
}

Result<std::vector<ShownTask>> tasks_from(const db::Rows& rows) {
  std::vector<ShownTask> tasks;
  for (const db::Row& row : rows.rows) {
    Task task = TRY(task_from(row));
    tasks.push_back({.task = std::move(task), .worker = row.text(16)});
  }
  return tasks;
}

Result<db::Rows> select_jobs(Transaction& transaction, const JobFilter& filter,
                             const Position& after, int wanted) {
  const std::int64_t time = after.created_at;
  const JobName& job = after.job;
  const std::string_view state = filter.state ? name_of(*filter.state) : "";
  if (!filter.video.empty()) {
    return transaction.execute(job_sql::kListOfVideo, {time, job.video, job.generation, wanted,
                                                       state, filter.video.str()});
  }
  if (!filter.state) {
    return transaction.execute(job_sql::kList, {time, job.video, job.generation, wanted});
  }
  const bool ended = filter.state == JobState::completed || filter.state == JobState::failed;
  return transaction.execute(ended ? job_sql::kListByState : job_sql::kListOpenByState,
                             {time, job.video, job.generation, wanted, state});
}

Result<JobPage> list_jobs(Transaction& transaction, const JobFilter& filter,
                          const Position& after) {
  // One more than the page tells whether another follows.
  const int wanted = filter.limit + 1;
  const db::Rows rows = TRY(select_jobs(transaction, filter, after, wanted));
  JobPage page;
  for (const db::Row& row : rows.rows) {
    if (static_cast<int>(page.jobs.size()) == filter.limit) {
      const ShownJob& last = page.jobs.back();
      page.next_cursor = to_text(PageCursor{last.created_at.ms, last.id.str()});
      break;
    }
    page.jobs.push_back(TRY(job_from(row)));
  }
  return page;
}

Result<JobDetails> read_job(Transaction& transaction, const MessageId& id) {
  const JobName name = job_name_from(id.str()).value_or(JobName());
  const db::Rows found = TRY(transaction.execute(job_sql::kGet, {name.video, name.generation}));
  if (found.empty()) return fail(ErrorCode::not_found, "There is no job with this id.");
  JobDetails details;
  details.job = TRY(job_from(found[0]));
  const db::Rows plans = TRY(transaction.execute(job_sql::kPlan, {name.video, name.generation}));
  const db::Row& row = plans[0];
  if (!row.is_null(0)) {
    details.info = TRY(stored(plan::source_info_from_json(row.text(0)), "info"));
  }
  if (!row.is_null(1)) details.plan = TRY(stored(plan::plan_from_json(row.text(1)), "plan"));
  const db::Rows tasks = TRY(transaction.execute(job_sql::kTasks, {name.video, name.generation}));
  details.tasks = TRY(tasks_from(tasks));
  return details;
}

Result<> count_ended(Transaction& transaction, QueueFigures& figures) {
  const db::Rows rows = TRY(transaction.execute(job_sql::kCountEnded));
  for (const db::Row& row : rows.rows) {
    const bool completed = row.text(0) == name_of(VideoStatus::completed);
    (completed ? figures.counts.completed : figures.counts.failed) += row.integer(1);
  }
  return {};
}

Result<> count_open(Transaction& transaction, QueueFigures& figures) {
  const db::Rows rows = TRY(transaction.execute(job_sql::kCountOpen));
  for (const db::Row& row : rows.rows) {
    const auto state = job_state_from(row.text(0));
    const std::int64_t count = row.integer(2);
    const Timestamp oldest{row.integer(3)};
    if (state == JobState::active) figures.counts.active += count;
    if (state == JobState::delayed) figures.counts.delayed += count;
    if (state == JobState::waiting) {
      figures.counts.waiting += count;
      if (!figures.oldest_waiting || oldest.ms < figures.oldest_waiting->ms) {
        figures.oldest_waiting = oldest;
      }
    }
    if (!row.text(1).empty()) figures.waiting_reasons[row.text(1)] += count;
  }
  return {};
}

Result<QueueFigures> read_figures(Transaction& transaction, Milliseconds past) {
  QueueFigures figures;
  const db::Rows now = TRY(transaction.execute(job_sql::kNow));
  figures.now = Timestamp{now[0].integer(0)};
  TRY_VOID(count_ended(transaction, figures));
  TRY_VOID(count_open(transaction, figures));
  const db::Rows running = TRY(transaction.execute(job_sql::kRunning, {kMostRunning}));
  figures.running = TRY(tasks_from(running));
  const db::Rows ended = TRY(transaction.execute(job_sql::kEnded, {std::int64_t{past.count()}}));
  for (const db::Row& row : ended.rows) {
    figures.ended.push_back({.created_at = Timestamp{row.integer(0)},
                             .ended_at = Timestamp{row.integer(1)},
                             .completed = row.text(2) == name_of(VideoStatus::completed)});
  }
  return figures;
}

}  // namespace

Async<JobPage> SqlJobView::list(JobFilter filter) {
  auto work = [filter = std::move(filter)](Transaction& transaction) -> Result<JobPage> {
    if (filter.limit < 1 || filter.limit > kLargestPage) {
      return fail(ErrorCode::invalid_request,
                  fmt::format("limit must be between 1 and {}.", kLargestPage));
    }
    const Position after = TRY(position_from(filter.cursor));
    return list_jobs(transaction, filter, after);
  };
  return database_.read(std::move(work));
}

Async<JobDetails> SqlJobView::get(MessageId id) {
  auto work = [id = std::move(id)](Transaction& transaction) { return read_job(transaction, id); };
  return database_.read(std::move(work));
}

Async<QueueFigures> SqlJobView::figures(Milliseconds past) {
  auto work = [past](Transaction& transaction) { return read_figures(transaction, past); };
  return database_.read(std::move(work));
}

}  // namespace vodmill::catalog
