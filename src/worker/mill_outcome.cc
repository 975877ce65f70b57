#include "worker/mill_outcome.h"

#include <spdlog/fmt/fmt.h>

namespace vodmill::worker {

MillEnd end_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::lease_lost:
      return MillEnd::lost;
    case ErrorCode::storage_unavailable:
    case ErrorCode::disk_full:
    case ErrorCode::cancelled:
      return MillEnd::hindered;
    default:
      return MillEnd::refused;
  }
}

bool may_be_said_of_a_video(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_a_video:
    case ErrorCode::no_video_stream:
    case ErrorCode::malformed_input:
    case ErrorCode::truncated_input:
    case ErrorCode::unsupported_codec:
    case ErrorCode::encrypted_input:
    case ErrorCode::duration_too_short:
    case ErrorCode::duration_exceeds_limit:
    case ErrorCode::size_exceeds_limit:
    case ErrorCode::resolution_exceeds_limit:
    case ErrorCode::resolution_too_small:
    case ErrorCode::fetch_failed:
    case ErrorCode::fetch_blocked:
    case ErrorCode::checksum_mismatch:
    case ErrorCode::upload_expired:
    case ErrorCode::out_of_memory:
    case ErrorCode::transcode_failed:
    case ErrorCode::transcode_stalled:
    case ErrorCode::verification_failed:
    case ErrorCode::quota_exceeded:
    case ErrorCode::internal_error:
      return true;
    case ErrorCode::worker_lost:
    case ErrorCode::cancelled:
    case ErrorCode::invalid_request:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::gone:
    case ErrorCode::lease_lost:
    case ErrorCode::rate_limited:
    case ErrorCode::storage_unavailable:
    case ErrorCode::disk_full:
      return false;
  }
  return false;
}

Error crash(std::string_view how) {
  return {ErrorCode::transcode_failed,
          fmt::format("The decoder or encoder crashed on this video ({}).", how)};
}

Error error_of(const sandbox::ExitStatus& status) {
  // The kernel's, which takes mills first when memory runs out.
  if (status.kind == sandbox::ExitKind::killed) {
    return {ErrorCode::out_of_memory,
            "Memory ran out while this video was made. Retry it later; if it happens again, the "
            "server needs more memory, or fewer slots."};
  }
  return crash(sandbox::name_of(status.kind));
}

}  // namespace vodmill::worker
