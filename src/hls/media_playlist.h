// A media playlist (RFC 8216, 4.3.3): the segments of one rendition, in order.
//
// Written by render.h; foreign_playlist.h reads what is written. Permitted: one EXT-X-MAP, sequence
// numbers from 0, whole segments; no keys, gaps or discontinuities. Byte ranges stand in I-frame
// playlists alone. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/segment.h"

namespace vodmill::hls {

enum class PlaylistType {
  event,  // grows; says EXT-X-START 0, since players otherwise begin near its end
  vod,
};

struct PlaylistSegment {
  std::string uri;            // relative to the playlist's own
  std::int64_t duration = 0;  // in the playlist's timescale; of a key frame, until the next one
  std::optional<ByteRange> range = std::nullopt;  // of a key frame, never of a whole segment
};

struct MediaPlaylist {
  int version = 7;
  int target_duration = 0;  // seconds
  PlaylistType type = PlaylistType::event;
  bool i_frames_only = false;  // every entry is one key frame (RFC 8216, 4.3.3.6)
  std::string init_uri;        // EXT-X-MAP
  std::int64_t timescale = 1;  // units a second of all durations
  std::vector<PlaylistSegment> segments;
  bool ended = false;  // EXT-X-ENDLIST
};

// Whether a segment keeps to its playlist: round(duration) <= target duration (RFC 8216, 4.3.3.1).
bool fits_target(std::int64_t duration, std::int64_t timescale, int target_duration);

// EXTINF is written with 6 decimals, as the difference of the rounded running sums: the sum of any
// prefix is within half a microsecond of the truth (Apple 8.1).
std::string to_text(const MediaPlaylist& playlist);

}  // namespace vodmill::hls
