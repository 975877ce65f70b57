// The end of a generation: everything is verified to be there, then the final playlists are stored.
//
// The multivariant playlist comes last; the commit itself is the catalog's row, not an object.
#pragma once

#include <vector>

#include "core/catalog.h"
#include "worker/context.h"

namespace vodmill::worker {

// What is left to do once everything is in its place but the two objects whose names generations
// share.
struct Published {
  BlobKey multivariant_key;
  Bytes multivariant;
  BlobKey poster_key;
  Bytes poster;  // empty: there is none
  Completion completion;
};

// Verifies a generation whose tasks have all completed (its rows, its objects, and its playlists by
// the rules of hls/), stores its final media playlists and its storyboard, and removes strays:
// objects below its prefix that belong to no row, and posters that are not the best. Doing it again
// is harmless, also when another coordinator has done it and the video plays. Errors:
// verification_failed, and the stores' own.
Async<Published> publish(const Ports& ports, const Generation& generation,
                         const std::vector<Task>& tasks);

}  // namespace vodmill::worker
