// What the handlers stand on. All of it outlives the Api; app/ makes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/rate_limits.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "core/bell.h"
#include "core/blob_store.h"
#include "core/catalog.h"
#include "core/census.h"
#include "core/event_log.h"
#include "core/idempotency.h"
#include "core/job_queue.h"
#include "core/job_view.h"
#include "core/outbox.h"
#include "core/still.h"
#include "core/vitals.h"
#include "core/worker_list.h"

namespace vodmill::api {

struct Ports {
  VideoCatalog& videos;
  EventLog& events;
  Outbox& outbox;
  IdempotencyKeys& keys;
  BlobStore& blobs;
  Bell& bell;
  const Clock& clock;
  JobQueue& queue;
  CatalogCensus& census;
  metrics::Registry& registry;
  JobView& jobs;
  WorkerList& workers;
  StillCatalog& stills;
  DiskSpace* space = nullptr;            // none where the store has no end
  const WorkerVitals* worker = nullptr;  // none where this process has no worker
};

struct ApiOptions {
  std::int64_t max_upload_bytes = std::int64_t{64} << 30;
  // The server listens on a loopback address only: a Host that is not a loopback name is refused,
  // so that no foreign page reaches it by a name that resolves to 127.0.0.1 (DNS rebinding).
  bool loopback_only = true;
  // Further names of this server, for a reverse proxy in front of it: "video.example.org".
  std::vector<std::string> allowed_hosts = {};
  Rates rates = {};
  Quota quota = {};  // of each owner
  // With the routes of old_routes.h.
  bool compat_routes = false;
  // How long a playlist that is not there yet is waited for.
  Milliseconds hold{10'000};
  // How long /readyz and /metrics wait for the database and the store, and how long they tell again
  // what they have heard.
  Milliseconds readiness{2'000};
  Milliseconds fresh{1'000};
  // How long one request may go on sending a video. What is left of it is removed afterwards.
  Milliseconds longest_upload = std::chrono::hours(72);
  // With less room than this on the store's disk it is not ready, and an upload that would leave
  // less is refused.
  std::int64_t disk_floor = 0;
  // Where the log has a line for each request.
  log::Level access_log = log::Level::debug;
  // After this no worker that has lost its lease can still be storing an object.
  Milliseconds last_put = std::chrono::hours(1);
};

}  // namespace vodmill::api
