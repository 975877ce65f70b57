// A finished stream, read whole for hls::judge. Called by `vodmill verify`, which waits for it.
#pragma once

#include <string>

#include "app/stream_place.h"
#include "base/error.h"
#include "hls/stream_facts.h"

namespace vodmill::app {

// The multivariant playlist at that address, the playlists that it names, and all their objects.
// What is missing or damaged is a fact; errors (not_found, invalid_request, fetch_failed) are of
// the multivariant playlist alone.
Result<hls::StreamFacts> read_stream(StreamPlace& place, const std::string& multivariant);

}  // namespace vodmill::app
