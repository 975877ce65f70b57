// The first steps that every write to a video shares.
//
// All writers lock in one order: the video's row, its generation's row, its tasks. Whoever holds
// the video's row may number events, close its generation, and open the next one.
#pragma once

#include "base/json.h"
#include "core/catalog.h"
#include "core/job.h"
#include "db/group_writer.h"

namespace vodmill::catalog {

// A video's row, locked until the transaction ends.
struct LockedVideo {
  VideoId id;
  int generation = 1;
  VideoStatus status = VideoStatus::pending;
  int completed_generation = 0;
  std::int64_t event_sequence = 0;
  std::string metadata;
  std::string prefix;
};

// not_found when there is no such video, or it has been removed.
Result<LockedVideo> lock_video(db::Transaction& transaction, const VideoId& id);

// The fence's first half: lease_lost unless this generation is the newest and not final.
Result<LockedVideo> hold_video(db::Transaction& transaction, const VideoId& id, int generation);

// Appends the video's next event: `data` with the generation, the status and the client's metadata.
Result<> append_event(db::Transaction& transaction, LockedVideo& video, std::string_view type,
                      json::object data = {});

// Ends a generation: raises all its tokens, cancels its open tasks. It stays playable only when
// completed. Its error is the one that the video's row has by now.
Result<> close_generation(db::Transaction& transaction, const LockedVideo& video,
                          VideoStatus status);

// Makes the rows of the video's generation: itself at pending, its probe task, its outbox row.
Result<> open_generation(db::Transaction& transaction, const LockedVideo& video);

// Ends the video's generation where it has not ended, and opens the next one, with the event.
Result<> begin_next_generation(db::Transaction& transaction, LockedVideo& video);

// Its keys are to be removed after `delay`.
Result<> sweep_generation(db::Transaction& transaction, const VideoId& id, int generation,
                          Milliseconds delay);

// The same for a generation whose tasks may still be writing: at once, and again when the last of
// them has certainly given up.
Result<> sweep_abandoned(db::Transaction& transaction, const VideoId& id, int generation);

MessageId job_id(const VideoId& video, int generation);
std::string task_id(const VideoId& video, int generation, TaskKind kind, int index);

}  // namespace vodmill::catalog
