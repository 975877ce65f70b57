#include "hls/media_playlist.h"

#include "base/rational.h"
#include "hls/playlist_text.h"

namespace vodmill::hls {
namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr int kWrittenDigits = 6;

std::string_view name_of(PlaylistType type) {
  return type == PlaylistType::event ? "EVENT" : "VOD";
}

std::string to_line(const ByteRange& range) {
  return "#EXT-X-BYTERANGE:" + std::to_string(range.bytes) + "@" + std::to_string(range.offset) +
         "\n";
}

}  // namespace

bool fits_target(std::int64_t duration, std::int64_t timescale, int target_duration) {
  return mul_div_round(duration, 1, timescale) <= target_duration;
}

std::string to_text(const MediaPlaylist& playlist) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:" + std::to_string(playlist.version);
  text += "\n#EXT-X-TARGETDURATION:" + std::to_string(playlist.target_duration);
  text += "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:";
  text += name_of(playlist.type);
  text += "\n#EXT-X-INDEPENDENT-SEGMENTS";
  if (playlist.i_frames_only) text += "\n#EXT-X-I-FRAMES-ONLY";
  if (playlist.type == PlaylistType::event) text += "\n#EXT-X-START:TIME-OFFSET=0";
  text += "\n#EXT-X-MAP:URI=" + quote(playlist.init_uri) + "\n";

  std::int64_t units = 0;
  std::int64_t written = 0;  // microseconds
  for (const PlaylistSegment& segment : playlist.segments) {
    units += segment.duration;
    const std::int64_t end = mul_div_round(units, kMicroseconds, playlist.timescale);
    text += "#EXTINF:" + decimal(end - written, kWrittenDigits) + ",\n";
    if (segment.range) text += to_line(*segment.range);
    text += segment.uri + "\n";
    written = end;
  }
  if (playlist.ended) text += "#EXT-X-ENDLIST\n";
  return text;
}

}  // namespace vodmill::hls
