// The codec's own configuration inside a sample entry, and the NAL units inside a sample.
// Called by parse_init and parse_media. Pure; any thread. Errors: verification_failed.
// Fuzzed by: fuzz/bmff_fuzz.cc
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace vodmill::bmff {

// AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).
struct AvcConfig {
  int profile = 0;          // profile_idc, e.g. 100 for High
  int constraints = 0;      // the byte of constraint flags
  int level = 0;            // level_idc, e.g. 31 for 3.1
  int nal_length_size = 4;  // bytes in front of each NAL unit: 1, 2 or 4
  bool frames_only = true;  // no SPS allows fields
  bool is_plain = true;     // one SPS, readable, of the record's own profile and level

  std::string codecs() const;  // RFC 6381, 3.3: "avc1.64001f"
};

// REQUIRES nothing: refuses a record without an SPS and a PPS.
Result<AvcConfig> parse_avcc(ByteView payload);

// AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) out of an esds box.
struct AacConfig {
  int object_type = 0;  // 2 for AAC-LC
  int sample_rate = 0;  // Hz
  int channels = 0;     // 0: described in the stream, see the sample entry

  std::string codecs() const;  // RFC 6381, 3.3: "mp4a.40.2"
};

Result<AacConfig> parse_esds(ByteView payload);

// What kinds of NAL units (H.264 Table 7-1) a sample holds.
struct NalUnits {
  bool idr = false;             // type 5
  bool parameter_sets = false;  // types 7 and 8
  bool slice = false;           // types 1 and 5: a part of a picture
  bool unusual = false;         // empty ones, and types that a plain picture has none of
};

// A sample is NAL units, each behind its length. Refuses a length that leaves the sample.
Result<NalUnits> scan_nal_units(ByteView sample, int nal_length_size);

}  // namespace vodmill::bmff
