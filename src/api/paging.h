// What all lists have in common: pages of `limit` items, newest first.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include "base/json.h"
#include "net/request.h"

namespace vodmill::api {

// How many items the client wants, or `otherwise`; invalid_request unless it is 1 to 200.
Result<int> read_limit(const net::Request& request, int otherwise);

// `next_cursor` is "" on the last page.
json::object page_json(json::array data, const std::string& next_cursor);

}  // namespace vodmill::api
