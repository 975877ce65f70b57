#include "base/error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vodmill {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  bool retryable;
};

constexpr std::array kTable{
    Row{ErrorCode::not_a_video, "not_a_video", false},
    Row{ErrorCode::no_video_stream, "no_video_stream", false},
    Row{ErrorCode::malformed_input, "malformed_input", false},
    Row{ErrorCode::truncated_input, "truncated_input", false},
    Row{ErrorCode::unsupported_codec, "unsupported_codec", false},
    Row{ErrorCode::encrypted_input, "encrypted_input", false},
    Row{ErrorCode::duration_too_short, "duration_too_short", false},
    Row{ErrorCode::duration_exceeds_limit, "duration_exceeds_limit", false},
    Row{ErrorCode::size_exceeds_limit, "size_exceeds_limit", false},
    Row{ErrorCode::resolution_exceeds_limit, "resolution_exceeds_limit", false},
    Row{ErrorCode::resolution_too_small, "resolution_too_small", false},
    Row{ErrorCode::fetch_failed, "fetch_failed", true},
    Row{ErrorCode::fetch_blocked, "fetch_blocked", false},
    Row{ErrorCode::checksum_mismatch, "checksum_mismatch", false},
    Row{ErrorCode::upload_expired, "upload_expired", false},
    Row{ErrorCode::out_of_memory, "out_of_memory", true},
    Row{ErrorCode::transcode_failed, "transcode_failed", true},
    Row{ErrorCode::transcode_stalled, "transcode_stalled", true},
    Row{ErrorCode::verification_failed, "verification_failed", true},
    Row{ErrorCode::worker_lost, "worker_lost", true},
    Row{ErrorCode::quota_exceeded, "quota_exceeded", true},
    Row{ErrorCode::cancelled, "cancelled", true},
    Row{ErrorCode::internal_error, "internal_error", true},
    Row{ErrorCode::invalid_request, "invalid_request", false},
    Row{ErrorCode::not_found, "not_found", false},
    Row{ErrorCode::conflict, "conflict", false},
    Row{ErrorCode::gone, "gone", false},
    Row{ErrorCode::lease_lost, "lease_lost", false},
    Row{ErrorCode::rate_limited, "rate_limited", true},
    Row{ErrorCode::storage_unavailable, "storage_unavailable", true},
    Row{ErrorCode::disk_full, "disk_full", true},
};

const Row& row_of(ErrorCode code) {
  for (const Row& row : kTable) {
    if (row.code == code) return row;
  }
  std::unreachable();
}

}  // namespace

std::string_view error_code_name(ErrorCode code) { return row_of(code).name; }

ErrorCode error_code_from_name(std::string_view name) {
  for (const Row& row : kTable) {
    if (row.name == name) return row.code;
  }
  return ErrorCode::internal_error;
}

bool is_retryable(ErrorCode code) { return row_of(code).retryable; }

Error Error::within(std::string_view where) && {
  return Error{code, std::string(where) + ": " + std::move(message)};
}

std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

std::unexpected<Error> fail_errno(std::string_view call, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  const bool device = error_number == EIO || error_number == EROFS || error_number == ESTALE;
  const ErrorCode code = full     ? ErrorCode::disk_full
                         : device ? ErrorCode::storage_unavailable
                                  : ErrorCode::internal_error;
  // strerrordesc_np is thread-safe, unlike strerror.
  const char* text = strerrordesc_np(error_number);
  return fail(code, std::string(call) + ": " + (text ? text : "unknown error"));
}

}  // namespace vodmill
