#include "core/job_queue.h"

#include <algorithm>

namespace vodmill {

Milliseconds backoff(int attempt, Milliseconds base, Milliseconds ceiling) {
  const int doublings = std::clamp(attempt - 1, 0, 30);
  return std::min(ceiling, base * (std::int64_t{1} << doublings));
}

}  // namespace vodmill
