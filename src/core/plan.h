// What to do with one source. Made once a generation by plan/, stored, and obeyed by every mill.
//
// Boundaries and forced IDRs stand here as explicit frame numbers; nothing downstream derives one
// from a frame rate. Output frame n is shown at n / fps for the whole video.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rational.h"
#include "core/ids.h"
#include "core/sound.h"

namespace vodmill {

// One encoding to make of the picture.
struct Rendition {
  std::string name;         // "v0" is the largest
  int width = 0;            // even
  int height = 0;           // even
  int crf = 0;              // x264's constant rate factor
  int max_kbps = 0;         // VBV maximum rate
  int buffer_kbits = 0;     // VBV buffer
  bool copied = false;      // the source's own packets; only the largest can be
  std::string codecs = {};  // RFC 6381, of copied packets; the others' are known when made

  // What a frame of it costs: the pixels that are encoded.
  std::int64_t cost() const { return copied ? 0 : static_cast<std::int64_t>(width) * height; }
};

// The encoding of one of the source's sounds: AAC-LC, stereo or mono.
struct AudioRendition {
  std::string name;  // "a0" is the one that plays if nobody chooses
  int source_stream = 0;
  std::string language;  // BCP 47; "und" when unknown
  int sample_rate = 48000;
  int channels = 2;
  int kbps = 128;
  // First AAC frame (1,024 samples) of each segment, and the end: one more than there are segments.
  std::vector<std::int64_t> boundaries;
  // For people, no two alike; "" in plans of before there were several sounds.
  std::string label = {};
  SoundPurpose purpose = SoundPurpose::main;
};

// A range of whole segments [first_segment, end_segment): the unit of work, retry and distribution.
struct Chunk {
  int first_segment = 0;
  int end_segment = 0;
};

// The pictures for the seek bar: a cell each, those of one segment side by side in one strip.
struct ThumbPlan {
  int width = 0;                     // of a cell; even
  int height = 0;                    // even
  int poster = 0;                    // index into the ladder: the rung that posters are taken from
  std::vector<std::int64_t> frames;  // shown by the cells, ascending, every boundary among them
};

// Nits that the brightest of HDR may have. What claims less or more is not believed: from nothing,
// tone mapping would make glare or darkness.
inline constexpr int kLeastPeak = 400;
inline constexpr int kUsualPeak = 1000;  // where nothing is known, and of HLG's display (BT.2100)
inline constexpr int kMostPeak = 10'000;

struct Plan {
  EngineBuild build;  // only this build's mills may work on it
  int source_stream = 0;
  Rational source_time_base{1, 1};
  std::int64_t first_pts = 0;  // T0, in source_time_base units
  Rational fps{0, 1};          // output frames a second, at most 60
  std::int64_t frames = 0;     // output frames in all
  int rotation = 0;            // degrees clockwise
  bool mirrored = false;
  bool deinterlace = false;
  std::string field_order;               // of every frame: "tff", "bff"; "": the frames say theirs
  std::string tone_map;                  // "" or the source's transfer: "smpte2084", "arib-std-b67"
  int tone_map_peak = kUsualPeak;        // nits that become white: kLeastPeak ... kMostPeak
  std::vector<std::int64_t> boundaries;  // first frame of each segment, and `frames` at the end
  std::vector<std::int64_t> idrs;        // every forced IDR, the boundaries among them, ascending
  std::vector<Chunk> chunks;             // in source order, covering every segment once
  std::vector<Rendition> ladder;         // largest first
  int copy_delay = 0;                    // of a copied rendition: see CopyFacts::delay
  std::vector<AudioRendition> sounds;    // what plays if nobody chooses comes first
  std::optional<ThumbPlan> thumbs;       // none in plans of before there were any
  int target_duration = 6;               // seconds; EXT-X-TARGETDURATION
  std::vector<std::string> reasons;      // why it is as it is, in sentences

  // The sound of that name; null if there is none.
  const AudioRendition* sound(std::string_view name) const;

  // The thumbs of one segment; empty if the plan has none. REQUIRES: there is such a segment.
  std::span<const std::int64_t> thumbs_of(int segment) const;

  int segments() const { return static_cast<int>(boundaries.size()) - 1; }

  // Cores that the mill of a chunk keeps busy: two where it encodes at least two renditions, the
  // largest of them on a thread of its own (mill/rung_thread.h), else one.
  int cores_of_chunk() const;
};

}  // namespace vodmill
