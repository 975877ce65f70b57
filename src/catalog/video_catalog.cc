#include "catalog/video_catalog.h"

#include <spdlog/fmt/fmt.h>

#include "catalog/idempotency_keys.h"
#include "catalog/merge_patch.h"
#include "catalog/owner_usage.h"
#include "catalog/page_cursor.h"
#include "catalog/rows.h"
#include "catalog/title_search.h"
#include "catalog/video_lock.h"
#include "catalog/video_sql.h"
#include "core/event.h"
#include "plan/json.h"
#include "plan/ladder_policy.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

constexpr int kLargestPage = 200;

Result<Video> read_video(Transaction& transaction, const VideoId& id) {
  const db::Rows rows = TRY(transaction.execute(video_sql::kGet, {id.str()}));
  if (rows.empty()) return fail(ErrorCode::not_found, "There is no video with this id.");
  return video_from(rows[0]);
}

Result<> keep_source(Transaction& transaction, const BlobKey& key) {
  TRY_VOID(transaction.execute(video_sql::kKeepSource, {key.str()}));
  const db::Rows left = TRY(transaction.execute(video_sql::kIsSwept, {key.str()}));
  if (left.empty()) return {};
  return fail(ErrorCode::upload_expired,
              "The upload took longer than uploads may take here. Upload it again over a faster "
              "connection.");
}

Result<Video> create_video(Transaction& transaction, const NewVideo& video) {
  for (const Extent& extent : video.source.extents) {
    TRY_VOID(keep_source(transaction, extent.key));
  }
  if (video.claim) TRY_VOID(settle_key(transaction, *video.claim));
  if (video.quota.is_limited()) {
    const OwnerUsage usage = TRY(hold_usage_of(transaction, video.owner));
    TRY_VOID(check_quota(video.quota, usage, video.source.length.value_or(0)));
  }
  TRY_VOID(transaction.execute(
      video_sql::kInsert,
      {video.id.str(), video.owner, video.metadata, video.priority, video.prefix,
       to_json(video.source), video.sha256, name_of(VideoStatus::pending),
       json::serialize(plan::to_object(video.ladder))}));
  LockedVideo locked = TRY(lock_video(transaction, video.id));
  TRY_VOID(open_generation(transaction, locked));
  TRY_VOID(append_event(transaction, locked, event::kCreated));
  return read_video(transaction, video.id);
}

// The metadata with a patch, as text.
Result<std::string> patched(const std::string& metadata, const std::string& patch) {
  json::value before = TRY(stored(parse_json(metadata), "metadata"));
  json::value after = merge_patch(before, TRY(parse_json(patch)));
  if (after.is_null()) after = json::object();
  if (!after.is_object()) return fail(ErrorCode::invalid_request, "metadata must be an object.");
  if (after == before) return metadata;
  std::string text = json::serialize(after);
  if (text.size() <= kLargestMetadata) return text;
  return fail(ErrorCode::invalid_request, "metadata would be larger than 8 KiB. Shorten it.");
}

Result<Video> update_video(Transaction& transaction, const VideoId& id, const VideoChange& change) {
  LockedVideo locked = TRY(lock_video(transaction, id));
  Video video = TRY(read_video(transaction, id));
  const std::string metadata = TRY(patched(video.metadata, change.metadata_patch));
  const int priority = change.priority.value_or(video.priority);
  if (metadata == video.metadata && priority == video.priority) return video;
  TRY_VOID(transaction.execute(video_sql::kUpdate, {id.str(), metadata, priority}));
  locked.metadata = metadata;
  TRY_VOID(append_event(transaction, locked, event::kUpdated));
  return read_video(transaction, id);
}

Result<db::Rows> select_videos(Transaction& transaction, const VideoFilter& filter,
                               const PageCursor& after, int wanted) {
  if (!filter.status) {
    return transaction.execute(video_sql::kList, {after.created_at, after.id, wanted});
  }
  return transaction.execute(video_sql::kListByStatus,
                             {after.created_at, after.id, wanted, name_of(*filter.status)});
}

// A page of those among them that have the text.
Result<VideoPage> search_videos(Transaction& transaction, const VideoFilter& filter,
                                PageCursor after) {
  constexpr int kAtOnce = 500;
  const TitleSearch search(filter.text);
  VideoPage page;
  for (int seen = 0; seen < kMostSearched; seen += kAtOnce) {
    const db::Rows rows = TRY(select_videos(transaction, filter, after, kAtOnce));
    for (const db::Row& row : rows.rows) {
      Video video = TRY(video_from(row));
      after = {.created_at = video.created_at.ms, .id = video.id.str()};
      if (!search.finds(video.metadata)) continue;
      page.videos.push_back(std::move(video));
      if (static_cast<int>(page.videos.size()) < filter.limit) continue;
      page.next_cursor = to_text(after);
      return page;
    }
    if (static_cast<int>(rows.rows.size()) < kAtOnce) return page;
  }
  page.next_cursor = to_text(after);
  return page;
}

Result<VideoPage> list_videos(Transaction& transaction, const VideoFilter& filter,
                              const PageCursor& after) {
  if (!filter.text.empty()) return search_videos(transaction, filter, after);
  // One more than the page tells whether another follows.
  const db::Rows rows = TRY(select_videos(transaction, filter, after, filter.limit + 1));
  VideoPage page;
  for (const db::Row& row : rows.rows) {
    if (static_cast<int>(page.videos.size()) == filter.limit) {
      const Video& last = page.videos.back();
      page.next_cursor = to_text(PageCursor{last.created_at.ms, last.id.str()});
      break;
    }
    page.videos.push_back(TRY(video_from(row)));
  }
  return page;
}

std::unexpected<Error> still_uploading() {
  return fail(ErrorCode::conflict, "The video is still being uploaded. Finish or end the upload.");
}

Result<Video> retry_video(Transaction& transaction, const VideoId& id, const RetryTerms& terms) {
  LockedVideo video = TRY(lock_video(transaction, id));
  if (video.status == VideoStatus::uploading) return still_uploading();
  if (terms.generation.value_or(video.generation) != video.generation) {
    return fail(ErrorCode::conflict,
                "A later job of this video has taken its place. Retry that one, or the video.");
  }
  if (is_final(video.status) && terms.quota.is_limited()) {
    const Video ended = TRY(read_video(transaction, id));
    const OwnerUsage usage = TRY(hold_usage_of(transaction, ended.owner));
    TRY_VOID(check_retry(terms.quota, usage));
  }
  TRY_VOID(begin_next_generation(transaction, video));
  return read_video(transaction, id);
}

Result<Video> cancel_video(Transaction& transaction, const VideoId& id,
                           std::optional<int> generation) {
  LockedVideo video = TRY(lock_video(transaction, id));
  if (video.status == VideoStatus::uploading) return still_uploading();
  const bool is_newest = generation.value_or(video.generation) == video.generation;
  if (!is_newest || is_final(video.status)) return read_video(transaction, id);
  video.status = VideoStatus::cancelled;
  TRY_VOID(transaction.execute(
      video_sql::kCancel, {id.str(), name_of(video.status), error_code_name(ErrorCode::cancelled),
                           "The video was cancelled. Retry it to process it after all."}));
  TRY_VOID(close_generation(transaction, video, VideoStatus::cancelled));
  TRY_VOID(sweep_abandoned(transaction, id, video.generation));
  TRY_VOID(append_event(transaction, video, event::kCancelled));
  return read_video(transaction, id);
}

Result<> remove_video(Transaction& transaction, const VideoId& id, Milliseconds last_put) {
  LockedVideo video = TRY(lock_video(transaction, id));
  if (!is_final(video.status)) {
    video.status = VideoStatus::cancelled;
    TRY_VOID(close_generation(transaction, video, video.status));
  }
  TRY_VOID(append_event(transaction, video, event::kDeleted));
  TRY_VOID(transaction.execute(video_sql::kRemove, {id.str(), name_of(video.status)}));
  TRY_VOID(transaction.execute(video_sql::kForgetStills, {id.str()}));
  for (const Milliseconds delay : {Milliseconds(0), last_put}) {
    TRY_VOID(transaction.execute(video_sql::kSweepVideo,
                                 {id.str(), static_cast<std::int64_t>(delay.count())}));
  }
  return {};
}

Result<Generation> read_generation(Transaction& transaction, const VideoId& id, int number) {
  const db::Rows rows = TRY(transaction.execute(video_sql::kGeneration, {id.str(), number}));
  if (rows.empty()) return fail(ErrorCode::not_found, "The video has no such generation.");
  const db::Row& row = rows[0];
  Generation generation;
  generation.video = id;
  generation.number = number;
  generation.prefix = row.text(1);
  const auto status = video_status_from(row.text(0));
  if (!status) return fail(ErrorCode::internal_error, "database: unknown status " + row.text(0));
  generation.status = *status;
  if (!row.is_null(2))
    generation.info = TRY(stored(plan::source_info_from_json(row.text(2)), "info"));
  if (!row.is_null(3)) generation.plan = TRY(stored(plan::plan_from_json(row.text(3)), "plan"));
  generation.ladder = TRY(stored(plan::read_ladder_policy(row.text(4)), "ladder"));
  return generation;
}

Result<std::vector<Segment>> read_segments(Transaction& transaction, const VideoId& id,
                                           int generation, const std::string& rendition) {
  const db::Rows rows =
      TRY(transaction.execute(video_sql::kSegments, {id.str(), generation, rendition}));
  std::vector<Segment> segments;
  for (const db::Row& row : rows.rows) segments.push_back(segment_from(row));
  return segments;
}

}  // namespace

Async<Video> SqlVideoCatalog::create(NewVideo video) {
  auto work = [video = std::move(video)](Transaction& transaction) {
    return create_video(transaction, video);
  };
  return database_.write(std::move(work));
}

Async<Video> SqlVideoCatalog::get(VideoId id) {
  auto work = [id = std::move(id)](Transaction& transaction) {
    return read_video(transaction, id);
  };
  return database_.read(std::move(work));
}

Async<VideoPage> SqlVideoCatalog::list(VideoFilter filter) {
  auto work = [filter = std::move(filter)](Transaction& transaction) -> Result<VideoPage> {
    if (filter.limit < 1 || filter.limit > kLargestPage) {
      return fail(ErrorCode::invalid_request,
                  fmt::format("limit must be between 1 and {}.", kLargestPage));
    }
    const PageCursor after = TRY(read_page_cursor(filter.cursor));
    return list_videos(transaction, filter, after);
  };
  return database_.read(std::move(work));
}

Async<Video> SqlVideoCatalog::update(VideoId id, VideoChange change) {
  auto work = [id = std::move(id), change = std::move(change)](Transaction& transaction) {
    return update_video(transaction, id, change);
  };
  return database_.write(std::move(work));
}

Async<Video> SqlVideoCatalog::retry(VideoId id, RetryTerms terms) {
  auto work = [id = std::move(id), terms](Transaction& transaction) {
    return retry_video(transaction, id, terms);
  };
  return database_.write(std::move(work));
}

Async<Video> SqlVideoCatalog::cancel(VideoId id, std::optional<int> generation) {
  auto work = [id = std::move(id), generation](Transaction& transaction) {
    return cancel_video(transaction, id, generation);
  };
  return database_.write(std::move(work));
}

Async<> SqlVideoCatalog::remove(VideoId id, Milliseconds last_put) {
  auto work = [id = std::move(id), last_put](Transaction& transaction) {
    return remove_video(transaction, id, last_put);
  };
  return database_.write(std::move(work));
}

Async<Generation> SqlVideoCatalog::generation(VideoId id, int number) {
  auto work = [id = std::move(id), number](Transaction& transaction) {
    return read_generation(transaction, id, number);
  };
  return database_.read(std::move(work));
}

Async<std::vector<Segment>> SqlVideoCatalog::segments(VideoId id, int generation,
                                                      std::string rendition) {
  auto work = [id = std::move(id), generation,
               rendition = std::move(rendition)](Transaction& transaction) {
    return read_segments(transaction, id, generation, rendition);
  };
  return database_.read(std::move(work));
}

Async<std::vector<Thumbs>> SqlVideoCatalog::thumbs(VideoId id, int generation) {
  auto work = [id = std::move(id),
               generation](Transaction& transaction) -> Result<std::vector<Thumbs>> {
    const db::Rows rows = TRY(transaction.execute(video_sql::kThumbs, {id.str(), generation}));
    std::vector<Thumbs> thumbs;
    for (const db::Row& row : rows.rows) thumbs.push_back(thumbs_from(row));
    return thumbs;
  };
  return database_.read(std::move(work));
}

}  // namespace vodmill::catalog
