// Every statement of the catalog, so that a test can show each of them to a real server.
#pragma once

#include <vector>

#include "db/connection.h"

namespace vodmill::catalog {

std::vector<db::Statement> all_statements();

}  // namespace vodmill::catalog
