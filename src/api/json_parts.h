// What several resources show in the same way. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"

namespace vodmill::api {

// null for what is not known.
json::value or_null(const std::string& text);
json::value or_null(int number);

// {code, message, retryable}, or null.
json::value error_json(const std::optional<Error>& error);

}  // namespace vodmill::api
