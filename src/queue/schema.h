// The queue's table. Given to db::open_sqlite() together with those of the catalog.
#pragma once

#include "db/migration.h"

namespace vodmill::queue {

extern const db::Schema kSchema;

}  // namespace vodmill::queue
