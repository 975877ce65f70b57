// The facts of a stream that keeps every rule, for tests that break one.
#pragma once

#include <string>
#include <vector>

#include "hls/stream_facts.h"

namespace vodmill::hls {

inline constexpr std::int64_t kTimescale = 24'000;

inline TrackFacts track_of(const std::string& head, const InitFacts& init) {
  TrackFacts track;
  track.look = Look::whole;
  track.playlist = read_foreign_playlist(
      "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n" + head +
      "#EXTINF:6,\n0\n#EXT-X-ENDLIST\n");
  track.inits.assign(track.playlist.maps.size(), init);
  track.segments.resize(1);
  return track;
}

struct Cut {
  std::int64_t samples;
  std::int64_t sample;   // its duration, in kTimescale
  std::int64_t written;  // EXTINF in milliseconds; 0: the truth
};

// Other segments, which take `bits_per_second` and keep the rules of segments.
inline void cut(TrackFacts& track, std::int64_t bits_per_second, const std::vector<Cut>& cuts) {
  const ForeignSegment line = track.playlist.segments[0];
  track.playlist.segments.clear();
  track.segments.clear();
  std::int64_t start = 0;
  for (const Cut& each : cuts) {
    SegmentFacts facts;
    facts.look = Look::whole;
    facts.first_box = "moof";
    facts.start = facts.first_pts = start;
    facts.duration = each.samples * each.sample;
    facts.samples = each.samples;
    facts.end_pts = start += facts.duration;
    facts.bytes = bits_per_second * facts.duration / kTimescale / 8;
    facts.shortest_sample = facts.longest_sample = each.sample;
    for (std::int64_t pts = facts.start; pts < start; pts += 2 * kTimescale) {
      facts.idr_pts.push_back(pts);
    }
    track.playlist.segments.push_back(line);
    track.playlist.segments.back().duration = each.written != 0
                                                  ? each.written * (kForeignTimescale / 1000)
                                                  : facts.duration * kForeignTimescale / kTimescale;
    track.segments.push_back(std::move(facts));
  }
}

inline constexpr std::int64_t kFrame = 1000;
inline constexpr std::int64_t kSound = 500;

// The tracks that are seen and heard, cut at the same `frames`.
inline void cut_all(StreamFacts& stream, const std::vector<Cut>& frames) {
  std::vector<Cut> sounds = frames;
  for (Cut& each : sounds) each = {each.samples * (each.sample / kSound), kSound, each.written};
  cut(stream.tracks["v"], 1'900'000, frames);
  cut(stream.tracks["w"], 800'000, frames);
  cut(stream.tracks["a"], 96'000, sounds);
}

inline InitFacts picture(int width, int height, int level) {
  InitFacts init;
  init.look = Look::whole;
  init.is_video = true;
  init.timescale = kTimescale;
  init.tracks = {{"vide", "avc1"}};
  init.codecs = level == 31 ? "avc1.64001f" : "avc1.64001e";
  init.width = width;
  init.height = height;
  init.profile = 100;
  init.level = level;
  init.media_time = 0;
  return init;
}

inline TrackFacts i_frames() {
  TrackFacts track =
      track_of("#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP:URI=\"i\"\n", picture(640, 360, 30));
  cut(track, 96'000, std::vector<Cut>(12, {24, kFrame, 0}));
  for (ForeignSegment& line : track.playlist.segments) line.uri = "picture";
  for (SegmentFacts& facts : track.segments) {
    facts.look = Look::opened;
    facts.is_i_frame_known = true;
    facts.i_frame_pts = facts.first_pts;
  }
  return track;
}

inline TrackFacts subtitles() {
  TrackFacts track = track_of("", {});
  cut(track, 1'000, {{144, kFrame, 0}, {144, kFrame, 0}});
  for (SegmentFacts& facts : track.segments) {
    facts = {};
    facts.look = Look::opened;
    facts.bytes = 750;
    facts.is_webvtt = facts.has_timestamp_map = true;
  }
  return track;
}

// From a server that does what it should.
inline void deliver(StreamFacts& stream) {
  const Delivery playlist{.content_type = "application/vnd.apple.mpegurl; charset=utf-8",
                          .is_gzip = true,
                          .allows_every_site = true,
                          .is_tls = true};
  Delivery media = playlist;
  media.content_type = "video/mp4";
  media.cache_control = "public, Max-Age=31536000, immutable";
  stream.delivery = playlist;
  for (auto& [uri, track] : stream.tracks) {
    track.delivery = playlist;
    for (InitFacts& init : track.inits) init.delivery = media;
    for (SegmentFacts& segment : track.segments) segment.delivery = media;
  }
}

// Two variants (v, w), sound (a), subtitles (s) and I-frames (i) of 12 s, which keep every rule.
inline StreamFacts whole_stream() {
  StreamFacts stream;
  stream.name = "index.m3u8";
  stream.multivariant = read_foreign_multivariant(
      "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"A\",LANGUAGE=\"en\",URI=\"a\"\n"
      "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"S\",LANGUAGE=\"en\",URI=\"s\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=1996000,AVERAGE-BANDWIDTH=1996000,RESOLUTION=960x540,"
      "FRAME-RATE=24.000,CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"a\"\nv\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=896000,AVERAGE-BANDWIDTH=896000,RESOLUTION=640x360,"
      "FRAME-RATE=24.000,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"a\"\nw\n"
      "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=96000,RESOLUTION=640x360,CODECS=\"avc1.64001e\","
      "URI=\"i\"\n");
  InitFacts sound;
  sound.look = Look::whole;
  sound.timescale = kTimescale;
  sound.tracks = {{"soun", "mp4a"}};
  sound.codecs = "mp4a.40.2";
  sound.channels = 2;
  sound.media_time = 0;
  const std::string map = "#EXT-X-MAP:URI=\"init\"\n";
  stream.tracks["v"] = track_of(map, picture(960, 540, 31));
  stream.tracks["w"] = track_of(map, picture(640, 360, 30));
  stream.tracks["a"] = track_of(map, sound);
  stream.tracks["s"] = subtitles();
  stream.tracks["i"] = i_frames();
  cut_all(stream, {{144, kFrame, 0}, {144, kFrame, 0}});
  deliver(stream);
  return stream;
}

}  // namespace vodmill::hls
