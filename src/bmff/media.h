// What a media segment holds (RFC 8216, 3.3; ISO/IEC 23000-19, 7.3.3).
//
// Called by worker/ on what a mill sent, which is not trusted: all lengths are checked, and memory
// grows with the sync samples alone. Permitted: styp, sidx, prft, emsg, free, then pairs of moof
// and mdat with one track. Pure; any thread.
// Fuzzed by: fuzz/bmff_fuzz.cc
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "bmff/init.h"

namespace vodmill::bmff {

// An IDR picture, for I-frame playlists (RFC 8216, 4.3.3.6): the bytes from its moof to its end.
struct SyncSample {
  std::int64_t sample = 0;  // counted from 0 in the segment
  std::int64_t pts = 0;
  std::int64_t offset = 0;  // bytes from the segment's start
  std::int64_t length = 0;  // bytes
};

// Times are in InitInfo's timescale and before its edit list: presentation is at pts - media_time.
struct MediaInfo {
  std::int64_t start = 0;            // decode time of the first sample (tfdt), 0 to 2^62
  std::int64_t duration = 0;         // sum of the samples' durations, > 0
  std::int64_t samples = 0;          // > 0
  std::int64_t first_pts = 0;        // smallest presentation time
  std::int64_t end_pts = 0;          // largest presentation time plus its sample's duration
  std::int64_t bytes = 0;            // of the whole segment
  std::int64_t shortest_sample = 0;  // durations
  std::int64_t longest_sample = 0;
  bool is_continuous = true;             // no gap in decode time between its moofs
  bool starts_with_idr = true;           // of video: sample 0 is a sync sample and an IDR picture
  bool has_parameter_sets = false;       // an SPS or PPS stands in a sample (Apple 1.10 says no)
  std::vector<SyncSample> sync_samples;  // of video; the first is sample 0
};

// Fails with verification_failed unless: all moofs follow each other without a gap in decode time;
// every sample has bytes inside the mdat after its moof and a duration; the first sample is a sync
// sample and, of video, an IDR picture (Apple 7.4); video samples are whole NAL units.
// OnDeviation::report lets the first and third pass: is_continuous and starts_with_idr say so.
Result<MediaInfo> parse_media(ByteView bytes, const InitInfo& init,
                              OnDeviation on_deviation = OnDeviation::refuse);

}  // namespace vodmill::bmff
