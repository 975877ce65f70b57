// The events of all videos, in order. Port; its consumers are SSE now and webhooks later.
//
// Events are appended only by the catalog's own transactions, so there is no function to add one.
#pragma once

#include <vector>

#include "core/async.h"
#include "core/event.h"

namespace vodmill {

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Events of one video with a sequence above `after`, ascending.
  virtual Async<std::vector<Event>> of_video(VideoId video, std::int64_t after, int limit) = 0;

  // Events of all videos with an id above `after`, ascending and without a gap that could fill
  // later.
  virtual Async<std::vector<Event>> all(std::int64_t after, int limit) = 0;

  // The id of the newest event; 0 when there is none.
  virtual Async<std::int64_t> newest() = 0;
};

}  // namespace vodmill
