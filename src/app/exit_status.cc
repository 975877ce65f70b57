#include "app/exit_status.h"

#include <sysexits.h>

#include <cstdio>

#include "base/printable.h"

namespace vodmill::app {

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_request:
    case ErrorCode::conflict:
      return EX_USAGE;
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
    case ErrorCode::checksum_mismatch:
    case ErrorCode::upload_expired:
    case ErrorCode::quota_exceeded:
      return EX_DATAERR;
    case ErrorCode::not_found:
    case ErrorCode::gone:
    case ErrorCode::fetch_failed:
    case ErrorCode::fetch_blocked:
      return EX_NOINPUT;
    case ErrorCode::disk_full:
    case ErrorCode::storage_unavailable:
      return EX_IOERR;
    case ErrorCode::out_of_memory:
    case ErrorCode::rate_limited:
    case ErrorCode::lease_lost:
    case ErrorCode::worker_lost:
    case ErrorCode::cancelled:
      return EX_TEMPFAIL;
    case ErrorCode::transcode_failed:
    case ErrorCode::transcode_stalled:
    case ErrorCode::verification_failed:
    case ErrorCode::internal_error:
      return EX_SOFTWARE;
  }
  return EX_SOFTWARE;
}

int complain(const Error& error) {
  std::fprintf(stderr, "vodmill: %s: %s\n", std::string(error_code_name(error.code)).c_str(),
               printable(error.message).c_str());
  return exit_status(error.code);
}

}  // namespace vodmill::app
