// The description of the HTTP API (OpenAPI 3.1), embedded from openapi.json. Constant; any thread.
#pragma once

#include <string_view>

namespace vodmill::api {

std::string_view openapi();

}  // namespace vodmill::api
