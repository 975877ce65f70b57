#include "av/tone_map.h"

#include <algorithm>
#include <cmath>

namespace vodmill::av {
namespace {

constexpr double kReferenceWhite = 203;  // nits
constexpr double kPqMost = 10'000;       // nits
constexpr double kHlgMost = 1000;        // nits
constexpr double kDisplayGamma = 2.4;
constexpr int kMostSample = 4095;

// SMPTE ST 2084: nits of a signal of 0...1.
double pq_light(double signal) {
  const double power = std::pow(signal, 32 / 2523.0);
  const double top = std::max(power - 3424.0 / 4096, 0.0);
  return kPqMost * std::pow(top / (2413.0 / 128 - 2392.0 / 128 * power), 16'384 / 2610.0);
}

// ARIB STD-B67: light of the scene, 0...1.
double hlg_light(double signal) {
  constexpr double kA = 0.17883277;
  constexpr double kB = 0.28466892;
  constexpr double kC = 0.55991073;
  return signal <= 0.5 ? signal * signal / 3 : (std::exp((signal - kC) / kA) + kB) / 12;
}

// Light and peak in reference whites; 1 at the peak.
double bent(double light, double peak) {
  constexpr double kStraight = 0.3;
  if (light <= kStraight) return light;
  const double square = kStraight * kStraight;
  const double a = -square * (peak - 1) / (square - 2 * kStraight + peak);
  const double b = (square - 2 * kStraight * peak + peak) / (peak - 1);
  return (b * b + 2 * b * kStraight + square) / (b - a) * (light + a) / (light + b);
}

using Row = std::array<float, 3>;

struct Primaries {
  std::array<Row, 3> to_bt709;  // for linear light
  Row luminance;
};

constexpr Primaries kBt2020{{{{1.660491F, -0.587641F, -0.072850F},
                              {-0.124550F, 1.132900F, -0.008349F},
                              {-0.018151F, -0.100579F, 1.118730F}}},
                            {0.2627F, 0.6780F, 0.0593F}};
constexpr Primaries kDisplayP3{
    {{{1.224940F, -0.224940F, 0}, {-0.042057F, 1.042057F, 0}, {-0.019638F, -0.078636F, 1.098273F}}},
    {0.2290F, 0.6917F, 0.0793F}};
constexpr Primaries kBt709{{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, {0.2126F, 0.7152F, 0.0722F}};

const Primaries& primaries_of(const AVFrame& frame) {
  if (frame.color_primaries == AVCOL_PRI_BT709) return kBt709;
  return frame.color_primaries == AVCOL_PRI_SMPTE432 ? kDisplayP3 : kBt2020;
}

float dot(const Row& row, const Row& of) {
  return row[0] * of[0] + row[1] * of[1] + row[2] * of[2];
}

std::uint16_t* line_of(const AVFrame& frame, int plane, int y) {
  return reinterpret_cast<std::uint16_t*>(frame.data[plane] +
                                          std::ptrdiff_t{y} * frame.linesize[plane]);
}

std::uint16_t to_sample(float value) {
  constexpr float kToRound = 0.5F;  // inline, as std::lround() is not
  return static_cast<std::uint16_t>(std::clamp(static_cast<int>(value + kToRound), 0, kMostSample));
}

}  // namespace

ToneMapper::ToneMapper(Curve curve, int peak)
    : curve_(curve),
      ootf_([](double luminance) {
        return kHlgMost / kReferenceWhite * std::pow(luminance, 1.2 - 1);
      }),
      gain_([peak](double light) {
        return std::pow(bent(light, peak / kReferenceWhite) / light, 1 / kDisplayGamma);
      }),
      signal_([](double light) { return kMostSample * std::pow(light, 1 / kDisplayGamma); }) {
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double signal = static_cast<double>(i) / kMostSample;
    const double light =
        curve == Curve::hlg ? hlg_light(signal) : pq_light(signal) / kReferenceWhite;
    light_[i] = static_cast<float>(light);
  }
}

Result<> ToneMapper::map(AVFrame& picture) const {
  const int writable = av_frame_make_writable(&picture);
  if (writable < 0) return fail_transcode(writable, "tone map");
  const Primaries& primaries = primaries_of(picture);
  const bool is_of_scene = curve_ == Curve::hlg;
  for (int y = 0; y < picture.height; ++y) {
    std::uint16_t* const green = line_of(picture, 0, y);
    std::uint16_t* const blue = line_of(picture, 1, y);
    std::uint16_t* const red = line_of(picture, 2, y);
    for (int x = 0; x < picture.width; ++x) {
      const Row light{light_[red[x] % kSamples], light_[green[x] % kSamples],
                      light_[blue[x] % kSamples]};
      const float shown = is_of_scene ? ootf_(dot(primaries.luminance, light)) : 1;
      const float r = shown * dot(primaries.to_bt709[0], light);
      const float g = shown * dot(primaries.to_bt709[1], light);
      const float b = shown * dot(primaries.to_bt709[2], light);
      const float gain = gain_(std::max({r, g, b}));
      red[x] = to_sample(gain * signal_(r));
      green[x] = to_sample(gain * signal_(g));
      blue[x] = to_sample(gain * signal_(b));
    }
  }
  picture.color_primaries = AVCOL_PRI_BT709;
  picture.color_trc = AVCOL_TRC_BT709;
  return {};
}

}  // namespace vodmill::av
