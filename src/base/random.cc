#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>

namespace vodmill {
namespace {

template <class T>
T random_value() {
  T value;
  // For up to 256 bytes getrandom neither fails nor returns short once the pool is seeded.
  if (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) std::abort();
  return value;
}

}  // namespace

std::string random_id() {
  constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr int kCharacters = 26;
  const auto bytes = random_value<std::array<std::uint8_t, kCharacters>>();
  std::string id;
  for (const std::uint8_t byte : bytes) id += kAlphabet[byte % 32];
  return id;
}

std::uint64_t random_below(std::uint64_t bound) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    const auto value = random_value<std::uint64_t>();
    if (value < limit) return value % bound;
  }
}

}  // namespace vodmill
