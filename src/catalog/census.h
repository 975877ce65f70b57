// CatalogCensus over SQL. Made by app/; its functions may be awaited from any executor.
#pragma once

#include "core/census.h"
#include "db/database.h"

namespace vodmill::catalog {

class SqlCensus final : public CatalogCensus {
 public:
  // The database must outlive it.
  explicit SqlCensus(db::Database& database) : database_(database) {}

  Async<Census> count() override;
  Async<OwnerUsage> of_owner(std::string owner) override;
  Async<std::vector<std::string>> pending_sweeps() override;

 private:
  db::Database& database_;
};

}  // namespace vodmill::catalog
