#include "catalog/idempotency_keys.h"

#include <algorithm>

#include "catalog/idempotency_sql.h"

namespace vodmill::catalog {
namespace {

using db::Transaction;

// The fingerprint's column of a settled key has the details after it.
constexpr char kBeforeDetails = '\n';

std::string fingerprint_with_details(const KeyClaim& claim) {
  return claim.details.empty() ? claim.fingerprint
                               : claim.fingerprint + kBeforeDetails + claim.details;
}

std::int64_t count_of(Milliseconds length) { return static_cast<std::int64_t>(length.count()); }

Result<KeyAnswer> claim_key(Transaction& transaction, const KeyClaim& claim, Milliseconds lease) {
  TRY_VOID(transaction.execute(idempotency_sql::kForget));
  const db::Rows made = TRY(transaction.execute(
      idempotency_sql::kClaim, {claim.key, claim.fingerprint, claim.video.str(), count_of(lease)}));
  if (made.affected > 0) return KeyAnswer{KeyState::claimed, claim.video};
  const db::Rows found = TRY(transaction.execute(idempotency_sql::kFind, {claim.key}));
  // Another process has forgotten it this moment: the client comes back.
  if (found.empty()) return KeyAnswer{KeyState::busy, {}};
  const db::Row& row = found[0];
  const std::string kept = row.text(0);
  const std::size_t end = std::min(kept.find(kBeforeDetails), kept.size());
  if (kept.substr(0, end) != claim.fingerprint) return KeyAnswer{KeyState::mismatch, {}};
  if (row.integer(2) == 0) return KeyAnswer{KeyState::busy, {}};
  const std::size_t details = std::min(end + 1, kept.size());
  return KeyAnswer{KeyState::settled, VideoId(row.text(1)), kept.substr(details)};
}

}  // namespace

Async<KeyAnswer> SqlIdempotencyKeys::claim(KeyClaim claim, Milliseconds lease) {
  auto work = [claim = std::move(claim), lease](Transaction& transaction) {
    return claim_key(transaction, claim, lease);
  };
  return database_.write(std::move(work));
}

Async<> SqlIdempotencyKeys::renew(KeyClaim claim, Milliseconds lease) {
  auto work = [claim = std::move(claim), lease](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(idempotency_sql::kRenew,
                                 {claim.key, claim.video.str(), count_of(lease)}));
    return {};
  };
  return database_.write(std::move(work));
}

Async<> SqlIdempotencyKeys::release(KeyClaim claim) {
  auto work = [claim = std::move(claim)](Transaction& transaction) -> Result<> {
    TRY_VOID(transaction.execute(idempotency_sql::kRelease, {claim.key, claim.video.str()}));
    return {};
  };
  return database_.write(std::move(work));
}

Result<> settle_key(Transaction& transaction, const KeyClaim& claim) {
  const db::Rows settled =
      TRY(transaction.execute(idempotency_sql::kSettle, {claim.key, fingerprint_with_details(claim),
                                                         claim.video.str(), count_of(kKeyKept)}));
  if (settled.affected > 0) return {};
  return fail(ErrorCode::conflict,
              "Another request with this Idempotency-Key has gone on meanwhile. Send this one "
              "again to see what became of it.");
}

}  // namespace vodmill::catalog
