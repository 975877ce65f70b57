// What idempotency_keys.cc says to the database.
#pragma once

#include <array>

#include "db/connection.h"

namespace vodmill::catalog::idempotency_sql {

using db::Statement;

// Claims that have lapsed, and keys that were kept long enough.
inline constexpr Statement kForget{"forget keys",
                                   "DELETE FROM idempotency_keys WHERE ends_at <= vodmill_now()"};

inline constexpr Statement kClaim{
    "claim key",
    "INSERT INTO idempotency_keys (client_key, fingerprint, video, settled, ends_at) "
    "VALUES (?1, ?2, ?3, 0, vodmill_now() + ?4) ON CONFLICT (client_key) DO NOTHING"};

inline constexpr Statement kFind{
    "find key", "SELECT fingerprint, video, settled FROM idempotency_keys WHERE client_key = ?1"};

inline constexpr Statement kRenew{"renew key",
                                  "UPDATE idempotency_keys SET ends_at = vodmill_now() + ?3 "
                                  "WHERE client_key = ?1 AND video = ?2 AND settled = 0"};

inline constexpr Statement kRelease{
    "release key",
    "DELETE FROM idempotency_keys WHERE client_key = ?1 AND video = ?2 AND settled = 0"};

// Also where the claim has lapsed and nobody has taken the key.
inline constexpr Statement kSettle{
    "settle key",
    "INSERT INTO idempotency_keys (client_key, fingerprint, video, settled, ends_at) "
    "VALUES (?1, ?2, ?3, 1, vodmill_now() + ?4) ON CONFLICT (client_key) "
    "DO UPDATE SET fingerprint = excluded.fingerprint, settled = 1, ends_at = excluded.ends_at "
    "WHERE idempotency_keys.video = excluded.video"};

inline constexpr std::array kAll{kForget, kClaim, kFind, kRenew, kRelease, kSettle};

}  // namespace vodmill::catalog::idempotency_sql
