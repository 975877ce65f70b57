// HDR made SDR, a sample at a time: PQ and HLG (BT.2100) to what a BT.709 display shows (BT.1886).
//
// The look: light in reference whites (203 nits: BT.2408), mobius by the largest of R, G, B, which
// leaves what is below 0.3 as it is and bends the rest so that the peak is white; hue is kept. What
// BT.709 cannot show is clipped. Belongs to a Normalizer; one thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "av/libav.h"

namespace vodmill::av {

// A function of what is not negative, looked up and interpolated: exact to some millionths where it
// is smooth. Below 2^-32 and above 2^8 it stays what it is there.
class LogTable {
 public:
  template <class F>
  explicit LogTable(F f) : values_(kSteps + 1) {
    for (std::uint32_t i = 0; i <= kSteps; ++i) values_[i] = static_cast<float>(f(argument(i)));
  }

  float operator()(float x) const {
    // As whole numbers, floats that are not negative have their own order, the others are below.
    const auto step = static_cast<std::uint32_t>(
        std::clamp(std::bit_cast<std::int32_t>(x), kFirst, kLast - 1) - kFirst);
    const float* const value = &values_[step >> kStepBits];
    constexpr std::uint32_t kStep = 1U << kStepBits;
    const float part = static_cast<float>(step % kStep) / kStep;
    return value[0] + part * (value[1] - value[0]);
  }

 private:
  static constexpr std::uint32_t kMantissaBits = 23;
  static constexpr std::uint32_t kStepBits = kMantissaBits - 7;  // 128 steps from x to 2 x
  static constexpr std::int32_t kFirst = 95 << kMantissaBits;    // 2^-32
  static constexpr std::int32_t kLast = 135 << kMantissaBits;    // 2^8
  static constexpr std::uint32_t kSteps = static_cast<std::uint32_t>(kLast - kFirst) >> kStepBits;

  static double argument(std::uint32_t step) {
    return std::bit_cast<float>(kFirst + static_cast<std::int32_t>(step << kStepBits));
  }

  std::vector<float> values_;
};

class ToneMapper {
 public:
  enum class Curve { pq, hlg };

  // `peak` in nits, above kReferenceWhite; HLG is shown on a display of 1,000 nits.
  ToneMapper(Curve curve, int peak);

  // In place: R'G'B' as AV_PIX_FMT_GBRP12, of the primaries that the frame names (BT.2020, Display
  // P3 or BT.709).
  Result<> map(AVFrame& picture) const;

 private:
  static constexpr std::size_t kSamples = 4096;

  Curve curve_;
  std::array<float, kSamples> light_{};  // of a sample: in reference whites; HLG: of the scene
  LogTable ootf_;    // by the scene's luminance: from its light to that of the display
  LogTable gain_;    // by the largest of R, G, B: what to multiply the signals by
  LogTable signal_;  // by light, in samples
};

}  // namespace vodmill::av
