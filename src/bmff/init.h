// What an initialization segment says (RFC 8216, 3.3; ISO/IEC 23000-19, 7.3.2).
//
// Called by worker/ on what a mill sent, which is not trusted: all lengths are checked and nothing
// is allocated by one. Permitted: ftyp, then moov with one track whose only sample entry is avc1
// with avcC or mp4a with AAC; other tracks, codecs and empty edits are refused. Pure; any thread.
// Fuzzed by: fuzz/bmff_fuzz.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace vodmill::bmff {

enum class TrackKind { video, audio };

// Code points of ISO/IEC 23091-2 (H.273).
struct Colour {
  int primaries = 2;
  int transfer = 2;
  int matrix = 2;
  bool full_range = false;
};

struct InitInfo {
  TrackKind kind = TrackKind::video;
  std::uint32_t track_id = 0;
  std::int64_t timescale = 0;   // units a second, > 0
  std::string codecs;           // RFC 6381, from the codec's configuration: "avc1.64001f"
  std::int64_t media_time = 0;  // where presentation starts, in the timescale: the one edit's, or 0
  bool has_plain_edit = true;   // media_time is all there is to know
  std::uint32_t default_duration = 0;  // of samples, from trex
  std::uint32_t default_size = 0;
  std::uint32_t default_flags = 0;

  // Of video:
  int width = 0;
  int height = 0;
  int profile = 0;  // profile_idc
  int level = 0;    // level_idc: 31 is 3.1
  int nal_length_size = 4;
  bool frames_only = true;  // frame_mbs_only_flag: no fields
  std::optional<Colour> colour;

  // Of audio:
  int sample_rate = 0;  // Hz
  int channels = 0;
};

// What to do about a stream that can be read, but is not one of ours.
enum class OnDeviation {
  refuse,  // a mill's output
  report,  // anybody's stream: fields say so
};

// Errors: verification_failed. OnDeviation::report lets edit lists pass that are more than one
// edit: has_plain_edit is false then.
Result<InitInfo> parse_init(ByteView bytes, OnDeviation on_deviation = OnDeviation::refuse);

// What the tracks of any initialization segment call themselves, also where parse_init refuses
// them.
struct TrackEntry {
  std::string handler;       // "vide", "soun"
  std::string sample_entry;  // of its first sample entry: "hvc1"
};

// Errors: verification_failed.
Result<std::vector<TrackEntry>> list_tracks(ByteView bytes);

}  // namespace vodmill::bmff
