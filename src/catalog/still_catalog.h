// Pictures of any moment, in SQL. Any thread; the database outlives it.
#pragma once

#include "core/still.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlStillCatalog final : public StillCatalog {
 public:
  explicit SqlStillCatalog(db::Database& database) : database_(database) {}

  Async<StillState> want(Still still) override;
  Async<std::optional<LeasedStill>> lease(WorkerId worker, Milliseconds length) override;
  Async<> finish(Still still, Token token, BlobKey key) override;
  Async<> fail(Still still, Token token, Error error) override;
  Async<> crashed(Still still, Token token, Error error) override;
  Async<> give_back(Still still, Token token) override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
