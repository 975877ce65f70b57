// The Idempotency-Key of a creation (draft-ietf-httpapi-idempotency-key-header-07).
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include <chrono>

#include "api/creation.h"
#include "core/idempotency.h"
#include "net/request.h"

namespace vodmill::api {

// The claim of a request on its key, for a new video; nullopt when it has none. The fingerprint is
// of method, path, length, metadata, priority, ladder and owner: what is known before the body; and
// of `document`, where that is all of the body. What a form says is known at its end: see
// details_of(). Errors: invalid_request for a key that is not 1 to
// 255 visible ASCII characters.
Result<std::optional<KeyClaim>> read_claim(const net::Request& request, VideoId video,
                                           std::string_view document);

// KeyClaim::details of a form that has been read to its end.
std::string details_of(const Creation& creation);

// How long a claim lives without a sign of life.
inline constexpr Milliseconds kClaimLease = std::chrono::minutes(2);

// A body whose reading keeps a claim alive. Waits inside a read are far shorter than the lease: see
// ServerOptions::body_timeout.
class ClaimedBody final : public net::BodyStream {
 public:
  // All three outlive it.
  ClaimedBody(net::BodyStream& body, IdempotencyKeys& keys, const KeyClaim& claim)
      : body_(body), keys_(keys), claim_(claim) {}

  std::optional<std::int64_t> declared_length() const override { return body_.declared_length(); }
  Async<std::size_t> read(std::span<std::byte> into) override;

 private:
  using Steady = std::chrono::steady_clock;

  net::BodyStream& body_;
  IdempotencyKeys& keys_;
  const KeyClaim& claim_;
  Steady::time_point renewed_ = Steady::now();
};

}  // namespace vodmill::api
