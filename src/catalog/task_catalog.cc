#include "catalog/task_catalog.h"

#include "catalog/rows.h"
#include "catalog/task_sql.h"
#include "catalog/video_lock.h"
#include "plan/json.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

constexpr std::size_t kTokenColumn = 16;  // of kNext, after the columns of task_from()
constexpr std::size_t kNoRoomColumn = 17;

// As long as this, tasks whose turn comes before it may have what room there is. Then it is next
// at every worker: small ones come for ever where people upload.
constexpr Milliseconds kRoomPatience{30'000};

std::unexpected<Error> lost() {
  return fail(ErrorCode::lease_lost, "The task's lease is no longer this worker's.");
}

struct Owner {
  VideoId video;
  int generation = 1;
};

// The fence's first half for a task: its generation is the newest and not final.
Result<Owner> hold_owner(Transaction& transaction, const TaskId& id) {
  const db::Rows rows = TRY(transaction.execute(task_sql::kFind, {id.str()}));
  if (rows.empty()) return lost();
  Owner owner{VideoId(rows[0].text(0)), static_cast<int>(rows[0].integer(1))};
  TRY_VOID(hold_video(transaction, owner.video, owner.generation));
  return owner;
}

// One fenced write: the video's row, then `statement`, which must find the task by id and token.
Result<> write_fenced(Transaction& transaction, const TaskId& id, const db::Statement& statement,
                      db::Params params) {
  TRY_VOID(hold_owner(transaction, id));
  const db::Rows rows = TRY(transaction.execute(statement, params));
  if (rows.affected == 0) return lost();
  return {};
}

// What lease() has found, as text where reading it needs no transaction.
struct Found {
  LeasedTask leased;
  std::string source;
  std::optional<std::string> plan;
};

Result<Found> describe(Transaction& transaction, Task task, Token token) {
  Found found;
  const db::Rows context =
      TRY(transaction.execute(task_sql::kContext, {task.video.str(), task.generation}));
  if (context.empty()) return fail(ErrorCode::internal_error, "database: a task has no generation");
  found.leased.prefix = context[0].text(0);
  found.source = context[0].text(1);
  if (!context[0].is_null(2)) found.plan = context[0].text(2);
  const db::Rows committed = TRY(transaction.execute(task_sql::kCommitted, {task.id.str()}));
  for (const db::Row& row : committed.rows) found.leased.committed.push_back(segment_from(row));
  found.leased.task = std::move(task);
  found.leased.token = token;
  return found;
}

// Once, whichever worker it is that has no room.
Result<> wait_for_room(Transaction& transaction, const Task& task, Token token,
                       bool waits_already) {
  if (waits_already) return {};
  TRY_VOID(transaction.execute(task_sql::kHasNoRoom, {task.id.str(), token.value}));
  return {};
}

Result<> lose(Transaction& transaction, const Task& task, Token token) {
  TRY_VOID(transaction.execute(
      task_sql::kLose,
      {task.id.str(), token.value, task.losses, error_code_name(ErrorCode::worker_lost),
       "The workers that had this task stopped answering. Retry the video; if it happens again, "
       "look at the workers' memory and logs."}));
  return {};
}

// False where another transaction has changed the video since it was looked at: what was found
// there no longer holds.
Result<bool> still_holds(Transaction& transaction, const Task& task) {
  const Result<LockedVideo> video = hold_video(transaction, task.video, task.generation);
  if (video) return true;
  if (video.error().code == ErrorCode::lease_lost) return false;
  return fail(video.error());
}

// Nothing is noted of one that lacks cores: it is the next to have those that come free, but for
// urgent ones.
bool has_cores(const Task& task, const TaskWish& wish) {
  return task.cores <= (task.urgency == kUrgent ? wish.urgent_cores : wish.cores);
}

Result<std::optional<Found>> take_next(Transaction& transaction, const WorkerId& worker,
                                       const TaskWish& wish) {
  const std::int64_t takeover_from = (transaction.available_since() + wish.lease).ms;
  for (;;) {
    const db::Rows rows = TRY(transaction.execute(
        task_sql::kNext, {wish.build.str(), takeover_from, std::int64_t{kRoomPatience.count()}}));
    if (rows.empty()) return std::nullopt;
    Task task = TRY(task_from(rows[0]));
    const Token token{rows[0].integer(kTokenColumn)};
    if (task.state == TaskState::leased) ++task.losses;
    const bool is_lost = task.losses >= kMaxLosses;
    if (!is_lost && !has_cores(task, wish)) return std::nullopt;
    if (!is_lost && task.memory > wish.room) {
      const bool waits_already = rows[0].integer(kNoRoomColumn) != 0;
      TRY_VOID(wait_for_room(transaction, task, token, waits_already));
      return std::nullopt;
    }
    const bool holds = TRY(still_holds(transaction, task));
    if (!holds) continue;
    if (is_lost) {
      TRY_VOID(lose(transaction, task, token));
      continue;
    }
    const db::Rows taken = TRY(transaction.execute(
        task_sql::kTake, {task.id.str(), token.value, worker.str(),
                          std::int64_t{wish.lease.count()}, task.losses, name_of(task.state)}));
    if (taken.empty()) continue;
    TRY_VOID(transaction.execute(task_sql::kServe, {task.video.str()}));
    task.state = TaskState::leased;
    return TRY(describe(transaction, std::move(task), Token{taken[0].integer(0)}));
  }
}

Result<std::optional<LeasedTask>> parse(Result<std::optional<Found>> found) {
  if (!found) return fail(std::move(found).error());
  if (!*found) return std::nullopt;
  LeasedTask leased = std::move((*found)->leased);
  leased.source = TRY(stored(source_from_json((*found)->source), "source"));
  if ((*found)->plan) leased.plan = TRY(stored(plan::plan_from_json(*(*found)->plan), "plan"));
  return leased;
}

Result<> insert_thumbs(Transaction& transaction, const Owner& owner, const Thumbs& thumbs) {
  TRY_VOID(transaction.execute(
      task_sql::kInsertThumbs,
      {owner.video.str(), owner.generation, thumbs.segment, thumbs.strip.str(), thumbs.strip_bytes,
       thumbs.poster.str(), thumbs.poster_bytes, thumbs.score}));
  return {};
}

Result<CommitOutcome> commit(Transaction& transaction, const TaskId& id, Token token,
                             const Segment& segment) {
  const Owner owner = TRY(hold_owner(transaction, id));
  const db::Rows held = TRY(transaction.execute(task_sql::kHold, {id.str(), token.value}));
  if (held.affected == 0) return lost();
  const ByteRange key_frame = segment.key_frame.value_or(ByteRange{});
  const db::Rows inserted = TRY(transaction.execute(
      task_sql::kInsertSegment,
      {owner.video.str(), owner.generation, segment.rendition, segment.index, segment.key.str(),
       segment.bytes, segment.start, segment.duration, segment.samples, segment.timescale,
       segment.codecs, key_frame.offset, key_frame.bytes}));
  if (inserted.affected == 0) return CommitOutcome::lost;
  if (segment.thumbs) TRY_VOID(insert_thumbs(transaction, owner, *segment.thumbs));
  TRY_VOID(transaction.execute(task_sql::kForgiveLosses, {id.str()}));
  return CommitOutcome::won;
}

Result<> spend_attempt(Transaction& transaction, const TaskId& id, Token token, const Error& error,
                       Milliseconds delay) {
  TRY_VOID(hold_owner(transaction, id));
  const db::Rows spent = TRY(transaction.execute(
      task_sql::kSpendAttempt, {id.str(), token.value, std::int64_t{delay.count()}}));
  if (spent.empty()) return lost();
  if (spent[0].integer(0) >= kMaxAttempts) {
    TRY_VOID(transaction.execute(task_sql::kFailSpent,
                                 {id.str(), error_code_name(error.code), error.message}));
  }
  return {};
}

}  // namespace

Async<std::optional<LeasedTask>> SqlTaskCatalog::lease(WorkerId worker, TaskWish wish) {
  auto work = [worker = std::move(worker), wish = std::move(wish)](Transaction& transaction) {
    return take_next(transaction, worker, wish);
  };
  Result<std::optional<Found>> found = co_await database_.write(std::move(work));
  co_return parse(std::move(found));
}

Async<> SqlTaskCatalog::renew(TaskId id, Token token, Milliseconds length, std::int64_t done) {
  auto work = [id = std::move(id), token, length, done](Transaction& transaction) -> Result<> {
    const db::Rows rows = TRY(transaction.execute(
        task_sql::kRenew, {id.str(), token.value, std::int64_t{length.count()}, done}));
    if (rows.affected == 0) return lost();
    return {};
  };
  return database_.write(std::move(work));
}

Async<CommitOutcome> SqlTaskCatalog::commit_segment(TaskId id, Token token, Segment segment) {
  auto work = [id = std::move(id), token, segment = std::move(segment)](Transaction& transaction) {
    return commit(transaction, id, token, segment);
  };
  return database_.write(std::move(work));
}

Async<> SqlTaskCatalog::finish(TaskId id, Token token, std::string result) {
  auto work = [id = std::move(id), token, result = std::move(result)](Transaction& transaction) {
    return write_fenced(transaction, id, task_sql::kFinish, {id.str(), token.value, result});
  };
  return database_.write(std::move(work));
}

Async<> SqlTaskCatalog::fail(TaskId id, Token token, Error error) {
  auto work = [id = std::move(id), token, error = std::move(error)](Transaction& transaction) {
    return write_fenced(transaction, id, task_sql::kFail,
                        {id.str(), token.value, error_code_name(error.code), error.message});
  };
  return database_.write(std::move(work));
}

Async<> SqlTaskCatalog::crashed(TaskId id, Token token, Error error, Milliseconds delay) {
  auto work = [id = std::move(id), token, error = std::move(error),
               delay](Transaction& transaction) {
    return spend_attempt(transaction, id, token, error, delay);
  };
  return database_.write(std::move(work));
}

Async<> SqlTaskCatalog::give_back(TaskId id, Token token, Milliseconds delay) {
  auto work = [id = std::move(id), token, delay](Transaction& transaction) {
    return write_fenced(transaction, id, task_sql::kGiveBack,
                        {id.str(), token.value, std::int64_t{delay.count()}});
  };
  return database_.write(std::move(work));
}

Async<> SqlTaskCatalog::bury(WorkerId worker) {
  auto work = [worker = std::move(worker)](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(task_sql::kBuryTasks, {worker.str()}));
    TRY_VOID(transaction.execute(task_sql::kBuryStills, {worker.str()}));
    TRY_VOID(transaction.execute(task_sql::kBuryGenerations, {worker.str()}));
    return {};
  };
  return database_.write(std::move(work));
}

}  // namespace vodmill::catalog
