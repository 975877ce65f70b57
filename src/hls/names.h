// How the objects and the URIs of a stream are named: the one place that knows.
//
// Below a video's prefix, in the BlobStore as below /play/{id}/:
//   index.m3u8          multivariant playlist; like poster.jpg a name whose bytes may become others
//   g1/v0.m3u8          media playlist of generation 1, rendered from committed rows; no object
//   g1/v0-vod.m3u8      the final media playlist
//   g1/v0-iframes.m3u8  its key frames alone
//   g1/v0/init-7.mp4    InitSegment, stored under token 7
//   g1/v0/12-7.m4s      Segment 12, stored under token 7
//   poster.jpg          the picture that stands for the video; may change like index.m3u8
//   g1/storyboard.vtt   the pictures of the seek bar
//   g1/thumbs/12-7.jpg  those of segment 12, side by side
//   stills/250-640-x.jpg that of output frame 250, 640 wide; x is an id; no URL
//   g1/posters/12-7.jpg one that the poster may become; its own name is no URL
// Pure; any thread.
// Fuzzed by: fuzz/playlist_fuzz.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/task.h"

namespace vodmill::hls {

inline constexpr std::string_view kMultivariantName = "index.m3u8";
inline constexpr std::string_view kPosterName = "poster.jpg";

// "g1/"; what a video's prefix is followed by in Generation::prefix.
std::string generation_prefix(int generation);

// Keys for a mill's output; `prefix` is Generation::prefix. index: >= 0, or kInitSegment.
BlobKey segment_key(std::string_view prefix, std::string_view rendition, int index, Token token);

// Names below the video's prefix: "g1/v0.m3u8", "g1/v0-vod.m3u8" and "g1/v0-iframes.m3u8".
std::string media_playlist_name(int generation, std::string_view rendition);
std::string final_media_playlist_name(int generation, std::string_view rendition);
std::string i_frame_playlist_name(int generation, std::string_view rendition);

std::string storyboard_name(int generation);

// Keys of a segment's small pictures (core/thumbs.h); `prefix` is Generation::prefix.
BlobKey strip_key(std::string_view prefix, int segment, Token token);
BlobKey poster_key(std::string_view prefix, int segment, Token token);

// The key of a picture of any moment; `prefix` is Video::prefix, `id` is new for each attempt.
BlobKey still_key(std::string_view prefix, std::int64_t frame, int width, std::string_view id);
// What all of them begin with.
std::string stills_prefix(std::string_view prefix);

// A segment's URI in its media playlist, a strip's in its storyboard: the key's last two
// components, "v0/12-7.m4s".
std::string segment_uri(const BlobKey& key);

enum class NameKind {
  multivariant,
  media,
  final_media,
  i_frames,
  init_segment,
  segment,
  poster,
  storyboard,
  strip,
};

struct StreamName {
  NameKind kind = NameKind::multivariant;
  int generation = 0;     // from 1; 0 for the multivariant playlist and the poster
  std::string rendition;  // of playlists and segments
  int index = 0;          // of a segment
};

// Reads a name below the video's prefix; nullopt for one that no function here makes.
std::optional<StreamName> parse_stream_name(std::string_view name);

// Content-Type by extension (Apple 10.4): m3u8, m4s, mp4, jpg and the storyboard;
// application/octet-stream for others.
std::string_view mime_type(std::string_view name);

}  // namespace vodmill::hls
