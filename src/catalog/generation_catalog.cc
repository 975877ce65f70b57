#include "catalog/generation_catalog.h"

#include <algorithm>

#include "base/rational.h"
#include "catalog/generation_sql.h"
#include "catalog/rows.h"
#include "catalog/video_lock.h"
#include "core/event.h"
#include "plan/json.h"
#include "plan/ladder.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

// Players may still hold a superseded generation's playlists.
constexpr Milliseconds kSupersededPlays = std::chrono::hours(24);

// Both rows of the fence, held.
struct HeldGeneration {
  LockedVideo video;
  bool playable = false;
  bool planned = false;
};

Result<HeldGeneration> hold(Transaction& transaction, const GenerationLease& lease) {
  HeldGeneration held{.video = TRY(hold_video(transaction, lease.video, lease.generation))};
  const db::Rows current = TRY(transaction.execute(
      generation_sql::kHold, {lease.video.str(), lease.generation, lease.token.value}));
  if (current.affected == 0) {
    return fail(ErrorCode::lease_lost, "Another worker coordinates the video.");
  }
  // Not by RETURNING: there SQLite 3.40 finds no column to be NULL.
  const db::Rows rows =
      TRY(transaction.execute(generation_sql::kHeld, {lease.video.str(), lease.generation}));
  held.playable = rows[0].integer(0) != 0;
  held.planned = rows[0].integer(1) != 0;
  return held;
}

Result<LockedVideo> lock_unfinished(Transaction& transaction, const VideoId& id, int generation) {
  Result<LockedVideo> video = lock_video(transaction, id);
  if (!video) {
    if (video.error().code != ErrorCode::not_found) return video;
    return fail(ErrorCode::gone, "The video was removed.");
  }
  if (video->generation != generation) return fail(ErrorCode::gone, "The video was retried.");
  if (is_final(video->status)) return fail(ErrorCode::gone, "The video has ended.");
  if (video->status == VideoStatus::uploading) {
    return fail(ErrorCode::conflict, "The video is still being uploaded.");
  }
  return video;
}

Result<GenerationLease> take_lease(Transaction& transaction, const VideoId& id, int generation,
                                   const WorkerId& worker, Milliseconds lease) {
  LockedVideo video = TRY(lock_unfinished(transaction, id, generation));
  const bool first = video.status == VideoStatus::pending;
  video.status = VideoStatus::processing;
  const db::Rows taken =
      TRY(transaction.execute(generation_sql::kTakeLease,
                              {id.str(), generation, (transaction.available_since() + lease).ms,
                               worker.str(), std::int64_t{lease.count()}, name_of(video.status)}));
  if (taken.empty()) return fail(ErrorCode::conflict, "Another worker coordinates the video.");
  if (first) {
    TRY_VOID(
        transaction.execute(generation_sql::kSetProcessing, {id.str(), name_of(video.status)}));
    TRY_VOID(append_event(transaction, video, event::kProcessing));
  }
  return GenerationLease{id, generation, Token{taken[0].integer(0)}};
}

Result<> renew_lease(Transaction& transaction, const GenerationLease& lease, Milliseconds length,
                     const ProgressUpdate& update) {
  TRY_VOID(hold(transaction, lease));
  // 100 belongs to complete().
  const int progress = std::clamp(update.progress, 0, 99);
  TRY_VOID(transaction.execute(generation_sql::kShowProgress,
                               {lease.video.str(), progress, update.waiting_reason}));
  TRY_VOID(transaction.execute(
      generation_sql::kRenew, {lease.video.str(), lease.generation, std::int64_t{length.count()}}));
  return {};
}

// As the ladder's top shows it, but for the limit of its size.
plan::ShownSize shown_size(const SourceInfo& info) {
  if (!info.video) return {};
  const VideoStreamInfo& video = *info.video;
  const bool has_aspect = video.sample_aspect.num > 0 && video.sample_aspect.den > 0;
  return plan::shown_size(video.width, video.height,
                          has_aspect ? video.sample_aspect : Rational{1, 1}, video.rotation);
}

Result<> insert_task(Transaction& transaction, const GenerationLease& lease, const Plan& plan,
                     const NewTask& task) {
  Chunk owned{0, plan.segments()};
  std::string sound;
  const auto index = static_cast<std::size_t>(task.index);
  if (task.kind == TaskKind::chunk) {
    if (index >= plan.chunks.size()) {
      return fail(ErrorCode::internal_error, "The plan has no such chunk.");
    }
    owned = plan.chunks[index];
  }
  if (task.kind == TaskKind::audio) {
    if (index >= plan.sounds.size()) {
      return fail(ErrorCode::internal_error, "The plan has no such sound.");
    }
    sound = plan.sounds[index].name;
  }
  TRY_VOID(transaction.execute(
      generation_sql::kInsertTask,
      {task_id(lease.video, lease.generation, task.kind, task.index), lease.video.str(),
       lease.generation, name_of(task.kind), task.index, task.urgency, task.cost, task.build.str(),
       owned.first_segment, owned.end_segment, sound, name_of(TaskState::waiting), task.memory,
       task.cores}));
  return {};
}

json::object describe(const Plan& plan, plan::ShownSize size) {
  json::array renditions;
  for (const Rendition& rendition : plan.ladder) {
    renditions.push_back(
        {{"name", rendition.name}, {"width", rendition.width}, {"height", rendition.height}});
  }
  return {{"width", size.width},
          {"height", size.height},
          {"segments", plan.segments()},
          {"renditions", std::move(renditions)}};
}

Result<> store(Transaction& transaction, const GenerationLease& lease, const SourceInfo& info,
               const Plan& plan, const std::vector<NewTask>& tasks) {
  HeldGeneration held = TRY(hold(transaction, lease));
  if (held.planned) return fail(ErrorCode::conflict, "The generation has a plan already.");
  const std::string& id = lease.video.str();
  TRY_VOID(transaction.execute(generation_sql::kStorePlan,
                               {id, lease.generation, plan::to_json(info), plan::to_json(plan)}));
  const plan::ShownSize size = shown_size(info);
  TRY_VOID(transaction.execute(generation_sql::kStoreSize, {id, size.width, size.height}));
  for (const NewTask& task : tasks) TRY_VOID(insert_task(transaction, lease, plan, task));
  return append_event(transaction, held.video, event::kPlanned, describe(plan, size));
}

Result<> make_playable(Transaction& transaction, const GenerationLease& lease) {
  HeldGeneration held = TRY(hold(transaction, lease));
  if (held.playable) return {};
  TRY_VOID(
      transaction.execute(generation_sql::kMarkPlayable, {lease.video.str(), lease.generation}));
  return append_event(transaction, held.video, event::kPlayable);
}

json::object describe(const Completion& completion) {
  json::object data{{"duration_seconds", completion.duration_seconds}};
  if (completion.partial) {
    data["partial"] = {{"reason", error_code_name(completion.partial->reason)},
                       {"at_seconds", completion.partial->at_seconds}};
  }
  return data;
}

Result<> complete_video(Transaction& transaction, const GenerationLease& lease,
                        const Completion& completion) {
  LockedVideo video = TRY(hold(transaction, lease)).video;
  video.status = VideoStatus::completed;
  db::Value reason, at_seconds;
  if (completion.partial) {
    reason = error_code_name(completion.partial->reason);
    at_seconds = completion.partial->at_seconds;
  }
  TRY_VOID(transaction.execute(
      generation_sql::kComplete,
      {video.id.str(), name_of(video.status), completion.duration_seconds, reason, at_seconds}));
  TRY_VOID(close_generation(transaction, video, video.status));
  if (video.completed_generation != 0) {
    TRY_VOID(sweep_generation(transaction, video.id, video.completed_generation, kSupersededPlays));
  }
  return append_event(transaction, video, event::kCompleted, describe(completion));
}

Result<> fail_video(Transaction& transaction, const GenerationLease& lease, const Error& error) {
  LockedVideo video = TRY(hold(transaction, lease)).video;
  video.status = VideoStatus::failed;
  const std::string_view code = error_code_name(error.code);
  TRY_VOID(transaction.execute(generation_sql::kFail,
                               {video.id.str(), name_of(video.status), code, error.message}));
  TRY_VOID(close_generation(transaction, video, video.status));
  TRY_VOID(sweep_abandoned(transaction, video.id, video.generation));
  return append_event(transaction, video, event::kFailed,
                      {{"error", {{"code", code}, {"message", error.message}}}});
}

Result<bool> supersede(Transaction& transaction, const GenerationLease& lease,
                       const EngineBuild& build, Milliseconds grace) {
  LockedVideo video = TRY(hold(transaction, lease)).video;
  const db::Rows gone = TRY(transaction.execute(
      generation_sql::kEngineIsGone,
      {build.str(), std::int64_t{grace.count()}, (transaction.available_since() + grace).ms}));
  if (gone.empty()) return false;
  TRY_VOID(begin_next_generation(transaction, video));
  return true;
}

constexpr std::size_t kDelayedColumn = 16;  // of kTasks, after the columns of task_from()

}  // namespace

Async<GenerationLease> SqlGenerationCatalog::coordinate(VideoId id, int generation, WorkerId worker,
                                                        Milliseconds lease) {
  auto work = [id = std::move(id), generation, worker = std::move(worker),
               lease](Transaction& transaction) {
    return take_lease(transaction, id, generation, worker, lease);
  };
  return database_.write(std::move(work));
}

Async<> SqlGenerationCatalog::renew(GenerationLease lease, Milliseconds length,
                                    ProgressUpdate update) {
  auto work = [lease = std::move(lease), length,
               update = std::move(update)](Transaction& transaction) {
    return renew_lease(transaction, lease, length, update);
  };
  return database_.write(std::move(work));
}

Async<std::vector<Task>> SqlGenerationCatalog::tasks(VideoId id, int generation) {
  auto work = [id = std::move(id),
               generation](Transaction& transaction) -> Result<std::vector<Task>> {
    const db::Rows rows = TRY(transaction.execute(generation_sql::kTasks, {id.str(), generation}));
    std::vector<Task> tasks;
    for (const db::Row& row : rows.rows) {
      Task task = TRY(task_from(row));
      task.is_delayed = task.state == TaskState::waiting && row.integer(kDelayedColumn) != 0;
      tasks.push_back(std::move(task));
    }
    return tasks;
  };
  return database_.read(std::move(work));
}

Async<> SqlGenerationCatalog::store_plan(GenerationLease lease, SourceInfo info, Plan plan,
                                         std::vector<NewTask> tasks) {
  auto work = [lease = std::move(lease), info = std::move(info), plan = std::move(plan),
               tasks = std::move(tasks)](Transaction& transaction) {
    return store(transaction, lease, info, plan, tasks);
  };
  return database_.write(std::move(work));
}

Async<> SqlGenerationCatalog::mark_playable(GenerationLease lease) {
  auto work = [lease = std::move(lease)](Transaction& transaction) {
    return make_playable(transaction, lease);
  };
  return database_.write(std::move(work));
}

Async<> SqlGenerationCatalog::complete(GenerationLease lease, Completion completion) {
  auto work = [lease = std::move(lease),
               completion = std::move(completion)](Transaction& transaction) {
    return complete_video(transaction, lease, completion);
  };
  return database_.write(std::move(work));
}

Async<> SqlGenerationCatalog::fail(GenerationLease lease, Error error) {
  auto work = [lease = std::move(lease), error = std::move(error)](Transaction& transaction) {
    return fail_video(transaction, lease, error);
  };
  return database_.write(std::move(work));
}

Async<bool> SqlGenerationCatalog::begin_anew(GenerationLease lease, EngineBuild build,
                                             Milliseconds grace) {
  auto work = [lease = std::move(lease), build = std::move(build), grace](
                  Transaction& transaction) { return supersede(transaction, lease, build, grace); };
  return database_.write(std::move(work));
}

Async<> SqlGenerationCatalog::begin_anew(GenerationLease lease) {
  auto work = [lease = std::move(lease)](Transaction& transaction) -> Result<> {
    LockedVideo video = TRY(hold(transaction, lease)).video;
    return begin_next_generation(transaction, video);
  };
  return database_.write(std::move(work));
}

Async<std::vector<Orphan>> SqlGenerationCatalog::orphans(Milliseconds grace, int limit) {
  auto work = [grace, limit](Transaction& transaction) -> Result<std::vector<Orphan>> {
    const db::Rows rows =
        TRY(transaction.execute(generation_sql::kOrphans, {std::int64_t{grace.count()}, limit}));
    std::vector<Orphan> orphans;
    for (const db::Row& row : rows.rows) {
      orphans.push_back({VideoId(row.text(0)), static_cast<int>(row.integer(1))});
    }
    return orphans;
  };
  return database_.read(std::move(work));
}

}  // namespace vodmill::catalog
