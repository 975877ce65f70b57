// Any text as either kind of a stranger's playlist, as the whole of a stream to be judged, and as
// the name of an object in one.
#include <cstdint>
#include <cstdlib>

#include "hls/names.h"
#include "hls/rules.h"

namespace vodmill {
namespace {

void check_bounds(const hls::ForeignPlaylist& playlist) {
  std::int64_t sum = 0;
  for (const hls::ForeignSegment& segment : playlist.segments) {
    if (segment.duration < 0 || __builtin_add_overflow(sum, segment.duration, &sum)) std::abort();
    if (segment.map >= static_cast<int>(playlist.maps.size())) std::abort();
    if (segment.range && (segment.range->offset < 0 || segment.range->length < 1)) std::abort();
  }
}

// Every URI leads to the same playlist, whose objects are there without having been understood.
hls::TrackFacts track_of(const hls::ForeignPlaylist& playlist) {
  hls::TrackFacts track;
  track.look = hls::Look::whole;
  track.playlist = playlist;
  track.inits.resize(playlist.maps.size());
  track.segments.resize(playlist.segments.size());
  std::int64_t pictures = 0;
  for (hls::SegmentFacts& segment : track.segments) {
    segment.look = hls::Look::opened;
    segment.bytes = std::int64_t{1} << 28;
    segment.is_i_frame_known = true;
    segment.i_frame_pts = ++pictures;
  }
  return track;
}

void check_name(std::string_view text) {
  const auto name = hls::parse_stream_name(text);
  if (!name) return;
  std::string made(text);
  if (name->kind == hls::NameKind::multivariant) made = hls::kMultivariantName;
  if (name->kind == hls::NameKind::media) {
    made = hls::media_playlist_name(name->generation, name->rendition);
  }
  if (name->kind == hls::NameKind::final_media) {
    made = hls::final_media_playlist_name(name->generation, name->rendition);
  }
  if (name->kind == hls::NameKind::i_frames) {
    made = hls::i_frame_playlist_name(name->generation, name->rendition);
  }
  if (made != text || name->index < 0 || name->generation < 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_name(text);
  const auto playlist = hls::read_foreign_playlist(text);
  check_bounds(playlist);
  // Rates are measured over every stretch of segments: quadratic for tiny ones.
  constexpr std::size_t kMostJudged = 200;
  if (playlist.segments.size() > kMostJudged) return 0;
  hls::StreamFacts stream;
  stream.name = "index.m3u8";
  stream.multivariant = hls::read_foreign_multivariant(text);
  const hls::TrackFacts track = track_of(playlist);
  for (const auto& variant : stream.multivariant.variants) stream.tracks[variant.uri] = track;
  for (const auto& variant : stream.multivariant.i_frame_variants) {
    stream.tracks[variant.uri] = track;
  }
  for (const auto& media : stream.multivariant.media) {
    if (media.uri) stream.tracks[*media.uri] = track;
  }
  stream.tracks["itself"] = track;
  hls::judge(stream);
  return 0;
}

}  // namespace vodmill
