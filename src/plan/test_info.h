// What a probe would have found, for the tests of this folder.
#pragma once

#include <algorithm>

#include "core/source.h"

namespace vodmill::plan {

// An H.264 file of `frames` frames at a constant rate whose clock ticks 90,000 times a second and
// starts at `first_pts`.
inline SourceInfo source_info(int width, int height, Rational fps, std::int64_t frames,
                              std::int64_t first_pts = 126'000) {
  SourceInfo info;
  info.container = "mpegts";
  info.bytes = 1'000'000;
  VideoStreamInfo video;
  video.codec = "h264";
  video.pixel_format = "yuv420p";
  video.width = width;
  video.height = height;
  video.time_base = {1, 90'000};
  video.first_pts = first_pts;
  video.end_pts = first_pts + mul_div_round(frames * 90'000, fps.den, fps.num);
  video.packets = frames;
  video.least_rate = fps;
  video.grid_rate = fps;
  video.keyframes = {first_pts};
  video.copy.obstacle = "nobody has looked at its packets";
  info.video = video;
  return info;
}

// Makes the packets fit to be copied: a closed GOP every `gop` frames, of `kbps`.
inline void make_copyable(SourceInfo& info, std::int64_t gop, int kbps) {
  VideoStreamInfo& video = *info.video;
  video.transfer = video.primaries = video.matrix = "bt709";
  video.copy = {.obstacle = {}, .cuts = {}, .bytes = {}, .delay = 2, .codecs = "avc1.640028"};
  for (std::int64_t cut = 0; cut < video.packets; cut += gop) {
    const std::int64_t length = std::min(gop, video.packets - cut);
    video.copy.cuts.push_back(cut);
    video.copy.bytes.push_back(length * kbps * 125 * video.grid_rate.den / video.grid_rate.num);
  }
}

inline AudioStreamInfo stereo(int sample_rate = 48'000) {
  AudioStreamInfo audio;
  audio.index = 1;
  audio.codec = "aac";
  audio.channels = 2;
  audio.sample_rate = sample_rate;
  audio.language = "fra";
  audio.time_base = {1, 90'000};
  audio.first_pts = 126'000;
  audio.end_pts = 226'000;
  audio.packets = 50;
  return audio;
}

}  // namespace vodmill::plan
