// What is cleared away: objects that nobody is to have any more, and leases of the dead. Background
// duties of a worker.
#pragma once

#include "worker/context.h"
#include "worker/notice.h"

namespace vodmill::worker {

// Removes the keys that are due for sweeping, until stopping.
asio::awaitable<void> sweep_keys(const Ports& ports, const Notice& stopping);

// Ends the leases of workers that are known to be dead, until stopping. REQUIRES: ports.lives.
asio::awaitable<void> bury_dead(const Ports& ports, const Notice& stopping);

}  // namespace vodmill::worker
