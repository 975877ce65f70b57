// Colours by their definitions, without any of the code that is under test.
#pragma once

#include <array>

namespace vodmill::engine_test {

// Three numbers that belong together: R, G, B or X, Y, Z or L*, a*, b*.
using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

Triple operator*(const Matrix& matrix, const Triple& vector);
Triple clipped(const Triple& rgb);  // to 0...1

// Chromaticities x, y; white is D65.
struct Primaries {
  std::array<double, 2> red, green, blue;
};
inline constexpr Primaries kBt709Primaries{{0.640, 0.330}, {0.300, 0.600}, {0.150, 0.060}};
inline constexpr Primaries kBt601Primaries525{{0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}};
inline constexpr Primaries kBt601Primaries625{{0.640, 0.330}, {0.290, 0.600}, {0.150, 0.060}};
inline constexpr Primaries kBt2020Primaries{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}};
inline constexpr Primaries kDisplayP3Primaries{{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}};

// Linear R, G, B to X, Y, Z, where white has Y = 1; and between two sets of primaries.
Matrix to_xyz(const Primaries& primaries);
Triple convert(const Triple& linear, const Primaries& from, const Primaries& to);

// Luma coefficients of R and B.
struct Luma {
  double red, blue;
};
inline constexpr Luma kBt601Luma{0.299, 0.114};
inline constexpr Luma kBt709Luma{0.2126, 0.0722};
inline constexpr Luma kBt2020Luma{0.2627, 0.0593};
inline constexpr Luma kSmpte240mLuma{0.212, 0.087};

// R'G'B' of 0...1 to Y' of 0...1 and Cb, Cr of -0.5...0.5, and back.
Triple to_ycc(const Triple& rgb, Luma luma);
Triple from_ycc(const Triple& ycc, Luma luma);

// A display as BT.1886 has it: gamma 2.4. Light is 0...1.
Triple to_light(const Triple& signal);
Triple to_signal(const Triple& light);

// SMPTE ST 2084 and ARIB STD-B67 (BT.2100): nits on a display to the signal. HLG's display has a
// peak of 1,000 nits and BT.2020's primaries.
Triple to_pq(const Triple& nits);
Triple to_hlg(const Triple& nits);

// CIE L*a*b* of what a BT.709 display shows, for white at D65.
Triple to_lab(const Triple& light);

// CIEDE2000; 1 is just noticeable, side by side.
double delta_e(const Triple& lab, const Triple& other);

}  // namespace vodmill::engine_test
