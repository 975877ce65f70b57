// One video and all that is made from it, as the catalog keeps it and the API shows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "core/ids.h"
#include "core/ladder_policy.h"
#include "core/partial.h"
#include "core/source.h"

namespace vodmill {

enum class VideoStatus {
  uploading,   // bytes still arrive
  pending,     // waits for a worker
  processing,  // a coordinator has it
  completed,
  failed,
  cancelled,
};

std::string_view name_of(VideoStatus status);
std::optional<VideoStatus> video_status_from(std::string_view name);

// No coordinator will touch the generation again.
bool is_final(VideoStatus status);

struct Video {
  VideoId id;
  std::string owner;  // for whom: slots are shared fairly between owners; "" when nobody said
  VideoStatus status = VideoStatus::pending;
  int generation = 1;            // the newest attempt
  int completed_generation = 0;  // the one that plays; 0 if none has completed
  bool playable = false;  // the newest generation has its first segments, or an older one plays
  // What playable shows has small pictures: for a seek bar, and one to stand for it.
  bool has_storyboard = false;
  bool has_poster = false;
  int progress = 0;                // percent of the newest generation; 100 only when completed
  std::string waiting_reason;      // of core/waiting_reason.h; "" when it does not wait
  std::optional<Partial> partial;  // why a completed video has less than its source
  std::optional<Error> error;
  std::string metadata = "{}";  // the client's JSON object, echoed
  int priority = 0;             // lower first, like BullMQ; 0 is the default and the most urgent
  LadderPolicy ladder;          // as its client asked for it
  std::string prefix;           // of its keys in the BlobStore: "ID/"; "" for `vodmill transcode`
  Source source;
  std::string sha256;  // lower-case hex, "" when unknown
  std::optional<double> duration_seconds;
  int width = 0;  // as shown; 0 until probed
  int height = 0;
  std::int64_t event_sequence = 0;
  Timestamp created_at;
  Timestamp updated_at;
};

}  // namespace vodmill
