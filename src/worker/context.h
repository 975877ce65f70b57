// What a worker is made of, handed down by app/: its settings and its ports. No owner here: app/
// owns them all and destroys them after the worker has stopped.
#pragma once

#include <cstdint>
#include <string>

#include "base/metrics.h"
#include "core/bell.h"
#include "core/blob_store.h"
#include "core/catalog.h"
#include "core/job_queue.h"
#include "core/lives.h"
#include "core/outbox.h"
#include "core/still.h"
#include "core/vitals.h"
#include "core/worker_list.h"
#include "sandbox/child.h"
#include "sandbox/lockdown.h"

namespace vodmill::worker {

struct WorkerOptions {
  WorkerId id;
  std::string host;  // the machine's name, for people
  EngineBuild build;
  int slots = 1;  // cores that mills keep busy
  // What all mills together may need, as mill_memory() counts it; 0: not counted.
  std::int64_t memory_bytes = 0;
  std::int64_t disk_floor = 0;       // bytes of the store's disk below which no task is begun
  int active = 32;                   // jobs held at once
  double max_seconds = 12 * 3600.0;  // of a video
  Milliseconds lease{10'000};
  Milliseconds heartbeat{1'000};
  Milliseconds progress{250};  // at the earliest, between two tellings of progress that has moved
  std::int64_t segment_bytes = 64 << 20;  // unsent segments, all mills together
  std::int64_t range_cache_bytes = 128 << 20;
  std::int64_t mill_bytes = std::int64_t{3} << 30;  // resident memory of one mill
  // Without a sign of life from a mill that waits for nothing of ours: processor time that it used,
  // and time on the clock, which a busy machine may keep it from using.
  Milliseconds stall_cpu{60'000};
  Milliseconds stall{600'000};
  // Without a worker of the engine that a video was begun with, before it is begun anew.
  Milliseconds engine_grace{60'000};
  Milliseconds crash_delay{1'000};  // before a task is tried again whose mill crashed
  Milliseconds store_delay{5'000};  // the same where something on our side was away
  // Of the catalog, which is asked every second, before that is a trouble of the worker's.
  Milliseconds silence{15'000};
  sandbox::ChildOptions child;  // how a mill is started
  sandbox::LockdownOptions lockdown;
};

struct Ports {
  VideoCatalog& videos;
  GenerationCatalog& generations;
  TaskCatalog& tasks;
  Outbox& outbox;
  BlobStore& blobs;
  JobQueue& queue;
  Bell& bell;
  metrics::Registry& registry;
  WorkerList& workers;
  StillCatalog& stills;
  Lives* lives = nullptr;      // none where only the end of a lease tells
  DiskSpace* space = nullptr;  // none where the store has no end
};

}  // namespace vodmill::worker
