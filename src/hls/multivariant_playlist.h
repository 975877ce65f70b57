// A multivariant playlist (RFC 8216, 4.3.4; "master playlist" there): the variants to choose from.
//
// Written by render.h; foreign_playlist.h reads what is written. Permitted: variants with separate
// audio groups, I-frame playlists; no subtitles or session data. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/rational.h"

namespace vodmill::hls {

// EXT-X-MEDIA of TYPE=AUDIO.
struct AudioMedia {
  std::string group_id;
  std::string name;      // for people; unique within its group
  std::string language;  // BCP-47
  bool is_default = true;
  bool autoselect = true;
  int channels = 2;
  std::string uri;
  std::string characteristics = {};  // media characteristic tags, comma separated; "" for none
};

// EXT-X-STREAM-INF.
struct Variant {
  std::string uri;
  std::int64_t bandwidth = 0;                     // bits/s, the peak
  std::optional<std::int64_t> average_bandwidth;  // bits/s, once it is measured
  std::string codecs;                             // RFC 6381, comma separated
  int width = 0;
  int height = 0;
  Rational frame_rate{0, 1};  // written with 3 decimals
  std::string audio_group;    // "" for none
};

// EXT-X-I-FRAME-STREAM-INF: a variant's key frames, for scrubbing (Apple 6.1).
struct IFrameVariant {
  std::string uri;
  std::int64_t bandwidth = 0;          // bits/s, the peak
  std::int64_t average_bandwidth = 0;  // bits/s
  std::string codecs;                  // RFC 6381
  int width = 0;
  int height = 0;
};

struct MultivariantPlaylist {
  int version = 7;
  std::vector<AudioMedia> audio;
  std::vector<Variant> variants;  // players begin with the first
  std::vector<IFrameVariant> i_frames;
};

std::string to_text(const MultivariantPlaylist& playlist);

}  // namespace vodmill::hls
