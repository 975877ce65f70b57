#include "engine/colour.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vodmill::engine_test {
namespace {

template <class F>
Triple each(const Triple& of, F f) {
  return {f(of[0]), f(of[1]), f(of[2])};
}

Matrix transposed(const Matrix& m) {
  return {{{m[0][0], m[1][0], m[2][0]}, {m[0][1], m[1][1], m[2][1]}, {m[0][2], m[1][2], m[2][2]}}};
}

Triple cross(const Triple& a, const Triple& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double dot(const Triple& a, const Triple& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Matrix inverse(const Matrix& m) {
  const Triple first = cross(m[1], m[2]);
  const double determinant = dot(m[0], first);
  const Matrix columns{first, cross(m[2], m[0]), cross(m[0], m[1])};
  Matrix rows = transposed(columns);
  for (Triple& row : rows) row = each(row, [&](double v) { return v / determinant; });
  return rows;
}

Triple xyz_of(const std::array<double, 2>& chromaticity) {
  const auto& [x, y] = chromaticity;
  return {x / y, 1, (1 - x - y) / y};
}

const Triple& white() {
  static const Triple d65 = xyz_of({0.3127, 0.3290});
  return d65;
}

double degrees(double b, double a) {
  const double angle = std::atan2(b, a) * 180 / std::numbers::pi;
  return angle < 0 ? angle + 360 : angle;
}

double cosine(double angle) { return std::cos(angle * std::numbers::pi / 180); }
double sine(double angle) { return std::sin(angle * std::numbers::pi / 180); }

}  // namespace

Triple operator*(const Matrix& matrix, const Triple& vector) {
  return {dot(matrix[0], vector), dot(matrix[1], vector), dot(matrix[2], vector)};
}

Triple clipped(const Triple& rgb) {
  return each(rgb, [](double v) { return std::clamp(v, 0.0, 1.0); });
}

Matrix to_xyz(const Primaries& primaries) {
  Matrix columns{xyz_of(primaries.red), xyz_of(primaries.green), xyz_of(primaries.blue)};
  const Triple scale = inverse(transposed(columns)) * white();
  for (std::size_t i = 0; i < 3; ++i) {
    columns[i] = each(columns[i], [&](double v) { return v * scale[i]; });
  }
  return transposed(columns);
}

Triple convert(const Triple& linear, const Primaries& from, const Primaries& to) {
  return inverse(to_xyz(to)) * (to_xyz(from) * linear);
}

Triple to_ycc(const Triple& rgb, Luma luma) {
  const double y = luma.red * rgb[0] + (1 - luma.red - luma.blue) * rgb[1] + luma.blue * rgb[2];
  return {y, (rgb[2] - y) / (2 * (1 - luma.blue)), (rgb[0] - y) / (2 * (1 - luma.red))};
}

Triple from_ycc(const Triple& ycc, Luma luma) {
  const double red = ycc[0] + 2 * (1 - luma.red) * ycc[2];
  const double blue = ycc[0] + 2 * (1 - luma.blue) * ycc[1];
  const double green = (ycc[0] - luma.red * red - luma.blue * blue) / (1 - luma.red - luma.blue);
  return {red, green, blue};
}

Triple to_light(const Triple& signal) {
  return each(signal, [](double v) { return std::pow(std::max(v, 0.0), 2.4); });
}

Triple to_signal(const Triple& light) {
  return each(light, [](double v) { return std::pow(std::max(v, 0.0), 1 / 2.4); });
}

Triple to_pq(const Triple& nits) {
  return each(nits, [](double v) {
    const double power = std::pow(std::max(v, 0.0) / 10'000, 2610.0 / 16'384);
    return std::pow((3424.0 / 4096 + 2413.0 / 128 * power) / (1 + 2392.0 / 128 * power),
                    2523.0 / 32);
  });
}

Triple to_hlg(const Triple& nits) {
  constexpr double kPeak = 1000;
  constexpr double kGamma = 1.2;
  const double luminance =
      (kBt2020Luma.red * nits[0] + (1 - kBt2020Luma.red - kBt2020Luma.blue) * nits[1] +
       kBt2020Luma.blue * nits[2]) /
      kPeak;
  const double of_scene = luminance > 0 ? std::pow(luminance, (1 - kGamma) / kGamma) / kPeak : 0;
  return each(nits, [&](double v) {
    const double scene = std::max(v, 0.0) * of_scene;
    constexpr double kA = 0.17883277;
    constexpr double kB = 1 - 4 * kA;
    const double c = 0.5 - kA * std::log(4 * kA);
    return scene <= 1.0 / 12 ? std::sqrt(3 * scene) : kA * std::log(12 * scene - kB) + c;
  });
}

Triple to_lab(const Triple& light) {
  const Triple xyz = to_xyz(kBt709Primaries) * light;
  const auto f = [](double t) {
    constexpr double kEdge = 6.0 / 29;
    return t > kEdge * kEdge * kEdge ? std::cbrt(t) : t / (3 * kEdge * kEdge) + 4.0 / 29;
  };
  const double x = f(xyz[0] / white()[0]);
  const double y = f(xyz[1] / white()[1]);
  const double z = f(xyz[2] / white()[2]);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

// Sharma, Wu, Dalal: The CIEDE2000 color-difference formula (2005); the numbers are theirs.
double delta_e(const Triple& lab, const Triple& other) {
  const double chroma = (std::hypot(lab[1], lab[2]) + std::hypot(other[1], other[2])) / 2;
  const double chroma7 = std::pow(chroma, 7);
  const double g = 0.5 * (1 - std::sqrt(chroma7 / (chroma7 + std::pow(25, 7))));
  const double a1 = (1 + g) * lab[1];
  const double a2 = (1 + g) * other[1];
  const double c1 = std::hypot(a1, lab[2]);
  const double c2 = std::hypot(a2, other[2]);
  const bool has_hue = c1 * c2 > 0;
  const double h1 = degrees(lab[2], a1);
  const double h2 = degrees(other[2], a2);
  double turn = has_hue ? h2 - h1 : 0;
  if (turn > 180) turn -= 360;
  if (turn < -180) turn += 360;
  const double lightness = other[0] - lab[0];
  const double hue = 2 * std::sqrt(c1 * c2) * sine(turn / 2);

  const double mean_l = (lab[0] + other[0]) / 2;
  const double mean_c = (c1 + c2) / 2;
  double mean_h = h1 + h2;
  if (has_hue) {
    if (std::abs(h1 - h2) > 180) mean_h += mean_h < 360 ? 360 : -360;
    mean_h /= 2;
  }
  const double t = 1 - 0.17 * cosine(mean_h - 30) + 0.24 * cosine(2 * mean_h) +
                   0.32 * cosine(3 * mean_h + 6) - 0.20 * cosine(4 * mean_h - 63);
  const double off = (mean_l - 50) * (mean_l - 50);
  const double s_l = 1 + 0.015 * off / std::sqrt(20 + off);
  const double s_c = 1 + 0.045 * mean_c;
  const double s_h = 1 + 0.015 * mean_c * t;
  const double mean_c7 = std::pow(mean_c, 7);
  const double bend = (mean_h - 275) / 25;
  const double r_t =
      -2 * std::sqrt(mean_c7 / (mean_c7 + std::pow(25, 7))) * sine(60 * std::exp(-bend * bend));
  const double l = lightness / s_l;
  const double c = (c2 - c1) / s_c;
  const double h = hue / s_h;
  return std::sqrt(l * l + c * c + h * h + r_t * c * h);
}

}  // namespace vodmill::engine_test
