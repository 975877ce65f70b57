// How much one owner may have. Pure.
//
// Those who did not say for whom a video is count as one owner, "". Counted are videos that are
// there, and their originals' bytes: what is made of them is not.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"

namespace vodmill {

struct Quota {
  std::optional<std::int64_t> unfinished_videos;  // pending or processing; none: any number
  std::optional<std::int64_t> bytes;              // none: any number

  bool is_limited() const { return unfinished_videos || bytes; }
};

struct OwnerUsage {
  std::int64_t unfinished_videos = 0;
  std::int64_t bytes = 0;
};

// Whether one video of `bytes` more may be added. Errors: size_exceeds_limit for one that is larger
// than all that an owner may have, quota_exceeded.
Result<> check_quota(const Quota& quota, const OwnerUsage& usage, std::int64_t bytes);

// Whether a video that has ended may be processed anew: its bytes are there already. Errors:
// quota_exceeded.
Result<> check_retry(const Quota& quota, const OwnerUsage& usage);

}  // namespace vodmill
