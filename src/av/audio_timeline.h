// Decoded sound on the video's clock: sample k is at k / rate after T0, for the whole video.
//
// Takes decoded frames with their times, resamples and downmixes, fills gaps with silence, cuts
// overlaps, follows drift, and gives out the samples of [start, ...) in order. Interleaving: planar
// float. Silence is counted, not stored: a gap may be hours long. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "av/libav.h"

namespace vodmill::av {

class AudioTimeline {
 public:
  // `start`: the first sample that is wanted. rate in Hz, channels 1 or 2.
  AudioTimeline(int rate, int channels, std::int64_t start)
      : rate_(rate),
        channels_(channels),
        planes_(static_cast<std::size_t>(channels)),
        front_(start) {}

  // Adds a decoded frame whose first sample belongs at `position` (samples at the output's rate).
  // False for one that says of itself what no sound is: it is left out.
  Result<bool> add(const AVFrame& frame, std::int64_t position);

  // No more frames: what the resampler still holds comes out.
  Result<> finish();

  // Samples that are ready: [front(), end()).
  std::int64_t front() const { return front_; }
  std::int64_t end() const {
    return front_ + silent_ + static_cast<std::int64_t>(planes_.front().size() - read_);
  }

  // What comes is mixed from more channels than there are here: it may go beyond full scale.
  bool is_mix() const { return source_channels_ > channels_; }

  // Moves the next samples, padded with silence where there are fewer than count, into frame's
  // planes.
  void take(AVFrame& frame, int count);

 private:
  // Silence in front of planes_[.][at].
  struct Gap {
    std::size_t at = 0;
    std::int64_t samples = 0;
  };

  std::int64_t tolerance() const;  // in samples
  Result<> adjust(std::int64_t off, std::int64_t position);
  Result<bool> set_up(const AVFrame& frame);
  Result<> convert(const AVFrame* frame);
  // Stretches what comes when frames lie `off` samples from where they are put for a while.
  Result<> follow(std::int64_t off);
  void append_silence(std::int64_t samples);
  void append(const std::vector<std::vector<float>>& samples, std::int64_t count);
  std::int64_t take_silence(AVFrame& frame, std::int64_t from, std::int64_t count);
  std::int64_t take_sound(AVFrame& frame, std::int64_t from, std::int64_t count);
  void compact();

  const int rate_;
  const int channels_;
  std::vector<std::vector<float>> planes_;
  std::deque<Gap> gaps_;     // by `at`, none in front of read_
  std::int64_t silent_ = 0;  // samples of all gaps
  std::size_t read_ = 0;     // samples of planes_ that were taken already
  std::int64_t front_;       // the position of planes_[.][read_]
  std::optional<std::int64_t>
      next_;          // where the next converted sample falls; none before the first frame
  double drift_ = 0;  // mean of the last frames' distances from where they belong, in samples
  ResamplerPtr resampler_;
  int source_rate_ = 0;
  int source_format_ = -1;
  int source_channels_ = 0;
};

}  // namespace vodmill::av
