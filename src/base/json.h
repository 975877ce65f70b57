// JSON documents (Boost.JSON), the readers and writers that every folder shares.
// Fuzzed by: fuzz/json_fuzz.cc
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vodmill {

namespace json = boost::json;

// Parses text of at most 64 levels. Malformed text is invalid_request with the offset in the
// message; so is a number that is too large for a double.
Result<json::value> parse_json(std::string_view text);

// Reads object[key] as a T: an absent key, a wrong type or a number out of range is malformed_input
// naming the key.
Result<std::int64_t> get_int(const json::object& object, std::string_view key);
Result<double> get_double(const json::object& object, std::string_view key);
Result<bool> get_bool(const json::object& object, std::string_view key);
Result<std::string> get_string(const json::object& object, std::string_view key);
Result<const json::array*> get_array(const json::object& object, std::string_view key);
Result<const json::object*> get_object(const json::object& object, std::string_view key);

}  // namespace vodmill
