// What the catalog owes: jobs to the queue, removals to the BlobStore. Background duties of a
// worker.
#pragma once

#include "worker/context.h"
#include "worker/notice.h"

namespace vodmill::worker {

// Adds the outbox's jobs to the queue, oldest first, until stopping.
asio::awaitable<void> relay_jobs(const Ports& ports, const Notice& stopping);

// Re-adds jobs whose queue has lost them, and settles what ended while nobody held it.
asio::awaitable<void> find_lost_jobs(const Ports& ports, const Notice& stopping);

// Removes the keys that are due for sweeping, until stopping.
asio::awaitable<void> sweep_keys(const Ports& ports, const Notice& stopping);

// Ends the leases of workers that are known to be dead, until stopping. REQUIRES: ports.lives.
asio::awaitable<void> bury_dead(const Ports& ports, const Notice& stopping);

}  // namespace vodmill::worker
