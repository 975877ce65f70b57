// How much of everything there is, for operators. Port; its consumers are api/ and app/.
//
// Holds for every adapter (tests/conformance/catalog_census.cc): one snapshot; videos that were
// removed are not counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "core/async.h"
#include "core/quota.h"
#include "core/task.h"
#include "core/video.h"

namespace vodmill {

struct Census {
  struct Videos {
    VideoStatus status = VideoStatus::pending;
    std::int64_t count = 0;
  };
  struct Tasks {
    TaskKind kind = TaskKind::probe;
    TaskState state = TaskState::waiting;
    std::int64_t count = 0;
  };

  std::vector<Videos> videos;         // only those there are any of
  std::vector<Tasks> tasks;           // of newest generations that are pending or processing
  Milliseconds longest_wait{0};       // of a waiting task, since it could first have been leased
  std::int64_t undelivered_jobs = 0;  // that the relay has not yet given to the queue
};

class CatalogCensus {
 public:
  virtual ~CatalogCensus() = default;

  // Errors: storage_unavailable, internal_error.
  virtual Async<Census> count() = 0;

  // What one owner has.
  virtual Async<OwnerUsage> of_owner(std::string owner) = 0;

  // The prefixes of all objects that the sweeper is going to remove, now or later.
  virtual Async<std::vector<std::string>> pending_sweeps() = 0;
};

}  // namespace vodmill
