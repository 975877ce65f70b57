// The catalog's tables. Given to db::open_sqlite() together with those of the queue.
//
// A video's row carries the state of its newest generation, so that one row answers most questions
// and is the first lock of every fenced write. Times are milliseconds since 1970 by the database's
// clock, flags 0 or 1.
#pragma once

#include "db/migration.h"

namespace vodmill::catalog {

extern const db::Schema kSchema;

}  // namespace vodmill::catalog
