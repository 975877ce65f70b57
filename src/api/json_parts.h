// What several resources show, and read, in the same way. Pure.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace vodmill::api {

// The JSON object that a client sent as `what`. Errors: invalid_request, with the `advice`, which
// is a sentence, and before it where the text ceases to be JSON.
Result<json::object> read_object(std::string_view what, std::string_view text,
                                 std::string_view advice);

// null for what is not known.
json::value or_null(const std::string& text);
json::value or_null(int number);

// {code, message, retryable}, or null.
json::value error_json(const std::optional<Error>& error);

}  // namespace vodmill::api
