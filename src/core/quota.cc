#include "core/quota.h"

namespace vodmill {
namespace {

std::unexpected<Error> exceeded(std::string sentence) {
  return fail(ErrorCode::quota_exceeded, std::move(sentence));
}

}  // namespace

Result<> check_retry(const Quota& quota, const OwnerUsage& usage) {
  if (!quota.unfinished_videos || usage.unfinished_videos < *quota.unfinished_videos) return {};
  return exceeded("This owner has " + std::to_string(usage.unfinished_videos) +
                  " videos that are not finished, and may have " +
                  std::to_string(*quota.unfinished_videos) + ". Wait until one is, or cancel one.");
}

Result<> check_quota(const Quota& quota, const OwnerUsage& usage, std::int64_t bytes) {
  if (quota.bytes && bytes > *quota.bytes) {
    return fail(ErrorCode::size_exceeds_limit, "The upload has " + std::to_string(bytes) +
                                                   " bytes, and an owner's originals may have " +
                                                   std::to_string(*quota.bytes) +
                                                   " in all. Send a smaller file.");
  }
  TRY_VOID(check_retry(quota, usage));
  if (quota.bytes && usage.bytes > *quota.bytes - bytes) {
    return exceeded("This owner's originals have " + std::to_string(usage.bytes) +
                    " bytes, and with this one they would have more than " +
                    std::to_string(*quota.bytes) + ". Delete a video.");
  }
  return {};
}

}  // namespace vodmill
