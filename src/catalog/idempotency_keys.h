// IdempotencyKeys over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/idempotency.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlIdempotencyKeys final : public IdempotencyKeys {
 public:
  // The database must outlive it.
  explicit SqlIdempotencyKeys(db::Database& database) : database_(database) {}

  Async<KeyAnswer> claim(KeyClaim claim, Milliseconds lease) override;
  Async<> renew(KeyClaim claim, Milliseconds lease) override;
  Async<> release(KeyClaim claim) override;

 private:
  db::Database& database_;
};

// The video of this claim is being created: from now on the key means it. conflict when another
// attempt has taken the key meanwhile.
Result<> settle_key(db::Transaction& transaction, const KeyClaim& claim);

}  // namespace vodmill::catalog
