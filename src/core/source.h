// The original's bytes, and what the probe found in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rational.h"
#include "core/ids.h"
#include "core/partial.h"
#include "core/sound.h"

namespace vodmill {

// Below it lie objects that people have put into the store themselves. A video may be made from
// one; it is never written, nor removed with the video.
inline constexpr std::string_view kInbox = "inbox/";

struct Extent {
  std::int64_t offset = 0;  // in the source
  std::int64_t length = 0;
  BlobKey key;
  auto operator<=>(const Extent&) const = default;
};

// Extents in order, without gaps. A length that is not yet known makes readers wait at the known
// end.
struct Source {
  std::vector<Extent> extents;
  std::optional<std::int64_t> length;
};

// Pictures without a word on their colours are BT.709 from this many lines on, below BT.601.
inline constexpr int kHighDefinitionLines = 720;

inline constexpr int kMaxCopyDelay = 16;  // pictures that H.264 lets wait (Rec. H.264, A.3.1)

// Whether the picture's packets can be shown as they are, and where they may be cut.
struct CopyFacts {
  // A sentence that says why they cannot; empty: they can.
  std::string obstacle = "nobody has looked at its packets";
  std::vector<std::int64_t> cuts;  // frames of the grid that begin a closed GOP; 0 first, ascending
  std::vector<std::int64_t> bytes;  // from each cut to the next
  int delay = 0;                    // pictures by which decoding is ahead of showing
  std::string codecs;               // RFC 6381, e.g. "avc1.640028"
};

struct VideoStreamInfo {
  int index = 0;
  std::string codec;         // libav's name, e.g. "h264"
  std::string pixel_format;  // libav's name, e.g. "yuv420p10le"
  int width = 0;             // coded samples, before rotation and aspect ratio
  int height = 0;
  Rational sample_aspect{1, 1};
  int rotation = 0;       // degrees clockwise to turn the picture for showing: 0, 90, 180, 270
  bool mirrored = false;  // flipped left to right after the rotation
  std::string transfer;   // "bt709", "smpte2084", "arib-std-b67", ...
  std::string primaries;
  std::string matrix;
  bool full_range = false;
  // Nits, 0 where the file does not say: the brightest sample's (MaxCLL), and the brightest that
  // the display could show that it was mastered on.
  int content_peak = 0;
  int mastering_peak = 0;
  bool interlaced = false;
  // Where no frame says that it is interlaced and the pictures do: "tff" or "bff", by the field
  // that is shown first. Else empty.
  std::string field_order;
  Rational time_base{1, 1};
  std::int64_t first_pts = 0;  // T0: smallest presented pts, in time_base units
  std::int64_t end_pts = 0;    // last pts + its duration
  std::int64_t packets = 0;    // that will be presented
  Rational least_rate{0, 1};   // the lowest, up to 60, that shows nearly every frame
  Rational grid_rate{0,
                     1};  // the constant rate that the timestamps lie on; 0/1 when they lie on none
  std::vector<std::int64_t> keyframes;  // pts of random access points, ascending
  CopyFacts copy;
};

inline constexpr std::size_t kMaxTitleBytes = 200;

struct AudioStreamInfo {
  int index = 0;
  std::string codec;
  int channels = 0;
  int sample_rate = 0;   // Hz
  std::string language;  // as found, "eng" or "pt-BR"; "und" when unknown
  std::string title;     // well-formed UTF-8, at most kMaxTitleBytes; "" when there is none
  SoundPurpose purpose = SoundPurpose::main;
  bool is_default = false;  // the container says so; of several or none
  Rational time_base{1, 1};
  std::int64_t first_pts = 0;
  std::int64_t end_pts = 0;
  std::int64_t packets = 0;
};

// What the probe found. Written by a mill, so its readers check it.
struct SourceInfo {
  std::string container;  // libav's demuxer name
  std::int64_t bytes = 0;
  std::optional<VideoStreamInfo> video;
  // Those that will be heard, at most kMaxSounds; first what plays if nobody chooses.
  std::vector<AudioStreamInfo> sounds;
  bool truncated = false;             // the container promises more than is there
  std::optional<Partial> lost_sound;  // that is announced and cannot be heard
  // Seconds after the first picture: for a while neither picture nor sound follows.
  std::optional<double> gap_at;
  std::vector<std::string> notes;  // what was seen and is not used: "2 subtitle streams", ...
};

}  // namespace vodmill
