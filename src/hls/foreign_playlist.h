// Playlists that anybody may have written (RFC 8216, 4), read for `vodmill verify`, and our own
// before they are published.
//
// Nothing is refused: what breaks the grammar becomes a fault, the rest is read on. Pure; any
// thread; memory is in proportion to the text.
// Fuzzed by: fuzz/playlist_fuzz.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vodmill::hls {

inline constexpr std::int64_t kForeignTimescale = 1'000'000'000;  // of all durations here

// What breaks RFC 8216.
struct Fault {
  int line = 0;              // from 1; 0: the sentence says where, or it is about the whole
  std::string_view section;  // "4.2"
  std::string sentence;
};

// EXT-X-MEDIA. Attributes that are absent are nullopt, or "" where that means the same.
struct ForeignMedia {
  int line = 0;
  std::string type;  // "AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"
  std::string group_id;
  std::string name;
  std::string characteristics;
  std::optional<std::string> language;
  std::optional<std::string> channels;
  std::optional<std::string> uri;
  bool is_default = false;
  bool autoselect = false;
};

struct PictureSize {
  int width = 0;
  int height = 0;
};

// EXT-X-STREAM-INF or EXT-X-I-FRAME-STREAM-INF.
struct ForeignVariant {
  int line = 0;
  std::string uri;
  std::optional<std::int64_t> bandwidth;          // bits/s, 1 to 10^12
  std::optional<std::int64_t> average_bandwidth;  // the same
  std::vector<std::string> codecs;                // empty: no CODECS
  std::optional<PictureSize> resolution;
  std::optional<std::int64_t> frame_rate;  // thousandths of frames a second
  std::string video_range;                 // "", "SDR", "PQ", "HLG"
  std::string audio;                       // groups; "" for none
  std::string subtitles;
};

struct ForeignMultivariant {
  int version = 1;
  bool independent_segments = false;
  std::vector<ForeignMedia> media;
  std::vector<ForeignVariant> variants;  // each with its URI
  std::vector<ForeignVariant> i_frame_variants;
  std::vector<Fault> faults;
};

// 0 <= offset, 0 < length, their sum at most 2^50.
struct ForeignRange {
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

// EXT-X-MAP.
struct ForeignMap {
  int line = 0;
  std::string uri;
  std::optional<ForeignRange> range;
};

// EXT-X-KEY.
struct ForeignKey {
  int line = 0;
  std::string method;  // "AES-128", "NONE"
  std::string format;  // KEYFORMAT; "" for none
};

struct ForeignSegment {
  int line = 0;  // of its URI
  std::string uri;
  std::int64_t duration = 0;  // 0 to 12 hours: twice any sum fits 64 bits
  std::optional<ForeignRange> range;
  int map = -1;  // in ForeignPlaylist::maps; -1: none
  bool discontinuity = false;
  bool encrypted = false;
  bool gap = false;
};

struct ForeignPlaylist {
  int version = 1;
  std::optional<std::int64_t> target_duration;  // seconds, 1 to 43200
  std::string type;                             // "", "VOD", "EVENT"
  bool ended = false;
  bool i_frames_only = false;
  bool independent_segments = false;
  bool has_fractions = false;  // an EXTINF with a decimal point
  std::vector<ForeignMap> maps;
  std::vector<ForeignKey> keys;
  std::vector<ForeignSegment> segments;
  std::vector<Fault> faults;
};

// Texts above this size are not read: one fault. 12 hours in segments of 2 s take some 2 MB.
inline constexpr std::size_t kLargestPlaylist = std::size_t{16} << 20;
// What follows is not read either: one fault. 24 hours of an I-frame a second are 86,400.
inline constexpr std::size_t kMostSegments = 100'000;

// Whether the text is to be read as a multivariant playlist: it names variants.
bool names_variants(std::string_view text);

ForeignMultivariant read_foreign_multivariant(std::string_view text);
ForeignPlaylist read_foreign_playlist(std::string_view text);

}  // namespace vodmill::hls
