#include "base/clock.h"

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>

namespace vodmill {

Timestamp SystemClock::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Milliseconds>(since_epoch).count()};
}

std::string to_rfc3339(Timestamp time) {
  // Floor, so that times before 1970 keep a non-negative millisecond part.
  const auto seconds = std::chrono::floor<std::chrono::seconds>(Milliseconds(time.ms));
  const auto ms = time.ms - Milliseconds(seconds).count();
  const std::tm utc = fmt::gmtime(static_cast<std::time_t>(seconds.count()));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", utc, ms);
}

}  // namespace vodmill
