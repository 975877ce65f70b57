// Exact fractions for frame rates and time bases. Value type; all functions are pure.
#pragma once

#include <cstdint>

namespace vodmill {

struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;  // > 0

  double value() const { return static_cast<double>(num) / static_cast<double>(den); }
  friend bool operator==(Rational a, Rational b) {
    return static_cast<__int128>(a.num) * b.den == static_cast<__int128>(b.num) * a.den;
  }
  friend bool operator<(Rational a, Rational b) {
    return static_cast<__int128>(a.num) * b.den < static_cast<__int128>(b.num) * a.den;
  }
};

// floor(a * b / c) in 128 bits. REQUIRES: c > 0 and the result fits.
constexpr std::int64_t mul_div_floor(std::int64_t a, std::int64_t b, std::int64_t c) {
  const __int128 product = static_cast<__int128>(a) * b;
  const __int128 quotient = product / c;
  return static_cast<std::int64_t>(product % c < 0 ? quotient - 1 : quotient);
}

// a * b / c to the nearest integer, halves upwards.
constexpr std::int64_t mul_div_round(std::int64_t a, std::int64_t b, std::int64_t c) {
  const __int128 doubled = static_cast<__int128>(a) * b * 2 + c;
  const __int128 divisor = static_cast<__int128>(c) * 2;
  const __int128 quotient = doubled / divisor;
  return static_cast<std::int64_t>(doubled % divisor < 0 ? quotient - 1 : quotient);
}

}  // namespace vodmill
