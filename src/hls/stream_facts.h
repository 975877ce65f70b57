// A whole HLS stream as `vodmill verify` judges it: playlists that were read, and what the objects
// they name turned out to hold. Filled by app/, which has the bytes and a parser of them; judged by
// rules.h. Values only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hls/foreign_playlist.h"

namespace vodmill::hls {

// Of an object, or a range of one, that a playlist names.
enum class Look {
  whole,      // read and understood: all fields are facts
  opened,     // there, and not a segment of samples: an I-frame's range, WebVTT, no EXT-X-MAP
  unread,     // it is not there, or cannot be read; `why`
  malformed,  // it breaks its container's rules; `why`
  beyond,     // a codec, container, encryption or address that is not looked into; `why`
};

// How a server answered, where one did.
struct Delivery {
  int redirects = 0;               // on the way to the answer
  std::string content_type;        // "" without one
  bool is_gzip = false;            // it came packed, to a client that takes gzip
  bool allows_every_site = false;  // pages of every origin may read it (CORS)
  bool is_tls = false;             // asked for by https
  std::string cache_control = {};  // "" without one
  bool ignores_ranges = false;     // asked for a part, it sent the whole
};

struct TrackName {
  std::string handler;       // "vide", "soun"
  std::string sample_entry;  // "avc1"
};

struct InitFacts {
  Look look = Look::unread;
  std::string why;
  std::vector<TrackName> tracks;  // also if it is beyond
  // If it is whole: one H.264 or AAC track.
  bool is_video = false;
  std::int64_t timescale = 1;              // units a second, > 0
  std::optional<std::int64_t> media_time;  // where presentation starts, if it is as simple as that
  std::string codecs;                      // out of the codec's configuration
  int width = 0;
  int height = 0;
  int profile = 0;  // profile_idc
  int level = 0;    // level_idc: 31 is 3.1
  bool frames_only = true;
  // H.273 code points; 2: unspecified.
  int primaries = 2;
  int transfer = 2;
  int matrix = 2;
  int channels = 0;
  std::optional<Delivery> delivery = {};
};

struct SegmentFacts {
  Look look = Look::unread;
  std::string why;
  std::int64_t bytes = 0;            // unless unread
  std::string first_box;             // "moof"; "" if it does not begin with a box
  bool is_webvtt = false;            // begins with WEBVTT
  bool is_transport_stream = false;  // begins with packets of MPEG-TS
  bool has_timestamp_map = false;
  // If it is whole, in its InitFacts' timescale. All times are within 2^40 and 10^6 seconds.
  std::int64_t start = 0;      // decode time of the first sample
  std::int64_t duration = 0;   // > 0
  std::int64_t samples = 0;    // > 0
  std::int64_t first_pts = 0;  // before the edit list
  std::int64_t end_pts = 0;
  std::int64_t shortest_sample = 0;
  std::int64_t longest_sample = 0;
  bool is_continuous = true;    // its fragments follow each other
  bool starts_with_idr = true;  // of video
  bool has_parameter_sets = false;
  std::vector<std::int64_t> idr_pts;
  // Of an I-frame playlist's segment, which is never whole: the IDR picture in it, moof and all;
  // nullopt if there is none. A file that cannot be read has none that are known.
  bool is_i_frame_known = false;
  std::optional<std::int64_t> i_frame_pts;  // before the edit list
  std::optional<Delivery> delivery = {};
};

// One media playlist and what it names.
struct TrackFacts {
  Look look = Look::unread;  // of the playlist itself
  std::string why;
  ForeignPlaylist playlist;
  std::vector<InitFacts> inits;        // one for each of playlist.maps
  std::vector<SegmentFacts> segments;  // one for each of playlist.segments
  std::optional<Delivery> delivery = {};
};

struct StreamFacts {
  std::string name;  // of the multivariant playlist, "index.m3u8"
  std::optional<Delivery> delivery = {};
  ForeignMultivariant multivariant;
  std::map<std::string, TrackFacts> tracks;  // by the URI in the multivariant playlist: all of them
};

}  // namespace vodmill::hls
