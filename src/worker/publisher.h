// The end of a generation: everything is verified to be there, then the final playlists are stored.
//
// The multivariant playlist comes last; the commit itself is the catalog's row, not an object.
#pragma once

#include <vector>

#include "core/catalog.h"
#include "worker/context.h"

namespace vodmill::worker {

// Stores the VOD playlists of a generation whose tasks have all completed, and removes objects
// below its prefix that belong to no row. Doing it again is harmless. Errors: verification_failed,
// and the stores' own.
Async<Completion> publish(const Ports& ports, const Generation& generation,
                          const std::vector<Task>& tasks);

}  // namespace vodmill::worker
