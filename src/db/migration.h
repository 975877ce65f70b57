// Numbered scripts that bring a database to what this program expects.
//
// Each component (catalog, queue) keeps its own numbers in the table schema_version. A script that
// has been released is never changed; a change is a new script.
#pragma once

#include <span>
#include <string_view>

#include "db/connection.h"

namespace vodmill::db {

struct Migration {
  int number = 0;        // 1, 2, 3, ...
  std::string_view sql;  // for both databases; {serial} is a primary key that counts by itself
};

struct Schema {
  std::string_view component;
  std::span<const Migration> migrations;  // ascending
};

// Runs what is missing, all of it in one transaction. A database with a newer schema than ours is
// refused (conflict) with a sentence for the operator.
Result<> migrate(Connection& connection, std::span<const Schema> schemas);

// For who may only look: nothing is changed, and any schema but ours is refused (conflict).
Result<> expect_current(Connection& connection, std::span<const Schema> schemas);

}  // namespace vodmill::db
