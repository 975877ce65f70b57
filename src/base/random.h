// Randomness from the kernel, for ids and jitter. Callable from any thread.
#pragma once

#include <cstdint>
#include <string>

namespace vodmill {

// 128 random bits as 26 lower-case characters of Crockford's base 32: opaque, URL-safe, no
// look-alikes.
std::string random_id();

// A uniformly distributed number in [0, bound). REQUIRES: bound > 0.
std::uint64_t random_below(std::uint64_t bound);

}  // namespace vodmill
