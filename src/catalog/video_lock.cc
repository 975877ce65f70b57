#include "catalog/video_lock.h"

#include <spdlog/fmt/fmt.h>

#include "catalog/video_lock_sql.h"
#include "core/event.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

// After it, no worker that has lost its lease can still have a PUT under way.
constexpr Milliseconds kLastPut = std::chrono::hours(1);

}  // namespace

Result<LockedVideo> lock_video(Transaction& transaction, const VideoId& id) {
  const db::Rows rows = TRY(transaction.execute(video_lock_sql::kLock, {id.str()}));
  if (rows.empty()) return fail(ErrorCode::not_found, "There is no video with this id.");
  const db::Row& row = rows[0];
  const auto status = video_status_from(row.text(1));
  if (!status) return fail(ErrorCode::internal_error, "database: unknown status " + row.text(1));
  return LockedVideo{.id = id,
                     .generation = static_cast<int>(row.integer(0)),
                     .status = *status,
                     .completed_generation = static_cast<int>(row.integer(2)),
                     .event_sequence = row.integer(3),
                     .metadata = row.text(4),
                     .prefix = row.text(5)};
}

Result<LockedVideo> hold_video(Transaction& transaction, const VideoId& id, int generation) {
  Result<LockedVideo> video = lock_video(transaction, id);
  if (!video && video.error().code != ErrorCode::not_found) return video;
  if (!video || video->generation != generation || is_final(video->status)) {
    return fail(ErrorCode::lease_lost, "The video was cancelled, retried, removed or has ended.");
  }
  return video;
}

Result<> append_event(Transaction& transaction, LockedVideo& video, std::string_view type,
                      json::object data) {
  ++video.event_sequence;
  TRY_VOID(transaction.execute(video_lock_sql::kBump, {video.id.str(), video.event_sequence}));
  data["generation"] = video.generation;
  data["status"] = name_of(video.status);
  data["metadata"] = TRY(parse_json(video.metadata));
  TRY_VOID(transaction.execute(video_lock_sql::kInsertEvent, {video.id.str(), video.event_sequence,
                                                              type, json::serialize(data)}));
  return {};
}

Result<> close_generation(Transaction& transaction, const LockedVideo& video, VideoStatus status) {
  const bool playable = status == VideoStatus::completed;
  TRY_VOID(transaction.execute(video_lock_sql::kCloseGeneration,
                               {video.id.str(), video.generation, name_of(status), playable}));
  TRY_VOID(transaction.execute(video_lock_sql::kCancelTasks, {video.id.str(), video.generation}));
  return {};
}

Result<> open_generation(Transaction& transaction, const LockedVideo& video) {
  const std::string& id = video.id.str();
  TRY_VOID(transaction.execute(video_lock_sql::kInsertGeneration,
                               {id, video.generation, name_of(VideoStatus::pending),
                                fmt::format("{}g{}/", video.prefix, video.generation)}));
  TRY_VOID(transaction.execute(
      video_lock_sql::kInsertProbe,
      {task_id(video.id, video.generation, TaskKind::probe, 0), id, video.generation,
       name_of(TaskKind::probe), name_of(TaskState::waiting), kSmallMillBytes}));
  TRY_VOID(transaction.execute(video_lock_sql::kInsertOutbox,
                               {job_id(video.id, video.generation).str(), id, video.generation}));
  return {};
}

Result<> begin_next_generation(Transaction& transaction, LockedVideo& video) {
  if (!is_final(video.status)) {
    TRY_VOID(close_generation(transaction, video, VideoStatus::cancelled));
    TRY_VOID(sweep_abandoned(transaction, video.id, video.generation));
  }
  ++video.generation;
  video.status = VideoStatus::pending;
  TRY_VOID(transaction.execute(video_lock_sql::kNextGeneration,
                               {video.id.str(), video.generation, name_of(video.status)}));
  TRY_VOID(open_generation(transaction, video));
  return append_event(transaction, video, event::kRetried);
}

Result<> sweep_generation(Transaction& transaction, const VideoId& id, int generation,
                          Milliseconds delay) {
  TRY_VOID(transaction.execute(video_lock_sql::kSweepGeneration,
                               {id.str(), generation, static_cast<std::int64_t>(delay.count())}));
  return {};
}

Result<> sweep_abandoned(Transaction& transaction, const VideoId& id, int generation) {
  TRY_VOID(sweep_generation(transaction, id, generation, Milliseconds(0)));
  return sweep_generation(transaction, id, generation, kLastPut);
}

MessageId job_id(const VideoId& video, int generation) {
  return MessageId(fmt::format("{}-{}", video.str(), generation));
}

std::string task_id(const VideoId& video, int generation, TaskKind kind, int index) {
  return fmt::format("{}-{}-{}-{}", video.str(), generation, name_of(kind), index);
}

}  // namespace vodmill::catalog
