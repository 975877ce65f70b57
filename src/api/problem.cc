#include "api/problem.h"

#include <chrono>

#include "net/refusal.h"

namespace vodmill::api {
namespace {

constexpr std::chrono::seconds kRetryAfter{5};

std::string detail_of(const Error& error) {
  if (http_status(error.code) < 500) return error.message;
  switch (error.code) {
    case ErrorCode::storage_unavailable:
      return "The server cannot reach its storage at the moment. Try again in a few seconds.";
    case ErrorCode::disk_full:
      return "The server's disk has no room for this. Make room there, then try again.";
    case ErrorCode::cancelled:
      return "The server is stopping. Try again in a few seconds.";
    default:
      return "Something went wrong inside the server. Its log says what. Try again later.";
  }
}

}  // namespace

std::unexpected<Error> refuse(std::string sentence) {
  return fail(ErrorCode::invalid_request, std::move(sentence));
}

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_a_video:
    case ErrorCode::no_video_stream:
    case ErrorCode::malformed_input:
    case ErrorCode::truncated_input:
    case ErrorCode::unsupported_codec:
    case ErrorCode::encrypted_input:
    case ErrorCode::duration_too_short:
    case ErrorCode::duration_exceeds_limit:
    case ErrorCode::resolution_exceeds_limit:
    case ErrorCode::resolution_too_small:
    case ErrorCode::fetch_failed:
    case ErrorCode::fetch_blocked:
    case ErrorCode::checksum_mismatch:
      return 422;
    case ErrorCode::size_exceeds_limit:
      return 413;
    case ErrorCode::invalid_request:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
    case ErrorCode::lease_lost:
      return 409;
    case ErrorCode::upload_expired:
    case ErrorCode::gone:
      return 410;
    case ErrorCode::rate_limited:
    case ErrorCode::quota_exceeded:
      return 429;
    case ErrorCode::transcode_failed:
    case ErrorCode::transcode_stalled:
    case ErrorCode::verification_failed:
    case ErrorCode::worker_lost:
    case ErrorCode::internal_error:
      return 500;
    case ErrorCode::out_of_memory:
    case ErrorCode::cancelled:  // the server stops in the middle of a request
    case ErrorCode::storage_unavailable:
      return 503;
    case ErrorCode::disk_full:
      return 507;
  }
  return 500;
}

net::Response problem(const Error& error) {
  net::Refusal refusal{http_status(error.code), error.code, detail_of(error)};
  // Of a request: that a video was cancelled is another thing.
  if (error.code == ErrorCode::cancelled) refusal.code = net::HttpCode::not_ready;
  if (refusal.status == 503 || refusal.status == 429) refusal.retry_after = kRetryAfter;
  return net::problem(refusal);
}

}  // namespace vodmill::api
