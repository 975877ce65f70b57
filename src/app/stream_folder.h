// A finished stream in a folder, read whole for hls::judge. Called by `vodmill verify`, which waits
// for it.
//
// The folder may be a stranger's: only regular files below it are opened, whatever its playlists
// say, and none larger than 256 MiB is read.
#pragma once

#include <filesystem>

#include "base/error.h"
#include "hls/stream_facts.h"

namespace vodmill::app {

// The multivariant playlist meant: the file itself, or the folder's index.m3u8, or the only
// playlist in it that names variants. invalid_request for a URL, not_found if there is none.
Result<std::filesystem::path> find_multivariant(const std::filesystem::path& given);

// The playlist, the playlists that it names, and all their objects. What is missing or damaged is a
// fact; errors (not_found, invalid_request) are of the multivariant playlist alone.
Result<hls::StreamFacts> read_stream(const std::filesystem::path& multivariant);

}  // namespace vodmill::app
