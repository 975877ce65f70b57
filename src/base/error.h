// What can go wrong, as a value.
//
// One Error type for the whole program. Its code comes from a closed list; three tables use the
// code: the HTTP status (api/), whether a retry can help (here), and the exit status (app/).
// Errors carry context as they travel: "store segment 12: rename: No space left on device".
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace vodmill {

// The names (error_code_name) are part of the API: never rename one, never reuse one.
enum class ErrorCode {
  // Of a video: these end in a video's `error`.
  not_a_video,
  no_video_stream,
  malformed_input,
  truncated_input,
  unsupported_codec,
  encrypted_input,
  duration_too_short,
  duration_exceeds_limit,
  size_exceeds_limit,
  resolution_exceeds_limit,
  resolution_too_small,
  fetch_failed,
  fetch_blocked,
  checksum_mismatch,
  upload_expired,
  out_of_memory,
  transcode_failed,
  transcode_stalled,
  verification_failed,
  worker_lost,
  quota_exceeded,
  cancelled,
  internal_error,
  // Of a request or of the machinery; a video never ends with one of these.
  invalid_request,
  not_found,
  conflict,
  gone,
  lease_lost,
  rate_limited,
  storage_unavailable,
  disk_full,
};

// The word the API shows, e.g. "not_a_video".
std::string_view error_code_name(ErrorCode code);

// The code with that name, or internal_error when there is none (a name read back from a store).
ErrorCode error_code_from_name(std::string_view name);

// True if the same attempt, made again later, can succeed without anyone changing the input.
bool is_retryable(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal_error;
  std::string message;  // a sentence that tells a person what happened and what to do

  // The same error with where it happened in front of it: "put segment 12: " + message.
  Error within(std::string_view where) &&;
};

template <class T = void>
using Result = std::expected<T, Error>;

// For `return fail(ErrorCode::not_found, "There is no video with this id.")`.
std::unexpected<Error> fail(ErrorCode code, std::string message);

// For `return fail(std::move(result.error()))`.
std::unexpected<Error> fail(Error error);

// The same for a failed system call: errno becomes disk_full, storage_unavailable or
// internal_error.
std::unexpected<Error> fail_errno(std::string_view call, int error_number);

}  // namespace vodmill

// The value of a Result, or return its error from the enclosing function. Not for coroutines: a
// co_await stands alone on the right of `=`, so write `if (!result) co_return fail(...)` there.
#define TRY(expression)                                                     \
  ({                                                                        \
    auto try_result = (expression);                                         \
    if (!try_result) return ::vodmill::fail(std::move(try_result).error()); \
    std::move(try_result).value();                                          \
  })
#define TRY_VOID(expression)                                                \
  do {                                                                      \
    auto try_result = (expression);                                         \
    if (!try_result) return ::vodmill::fail(std::move(try_result).error()); \
  } while (false)
