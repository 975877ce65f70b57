// The jobs that the catalog owes to the queue. Background duties of a worker.
#pragma once

#include "worker/context.h"
#include "worker/notice.h"

namespace vodmill::worker {

// Adds the outbox's jobs to the queue, oldest first, until stopping.
asio::awaitable<void> relay_jobs(const Ports& ports, const Notice& stopping);

// Re-adds jobs whose queue has lost them, and settles what ended while nobody held it; until
// stopping.
asio::awaitable<void> find_lost_jobs(const Ports& ports, const Notice& stopping);

}  // namespace vodmill::worker
