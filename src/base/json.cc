#include "base/json.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

namespace vodmill {
namespace {

std::unexpected<Error> wrong(std::string_view key, std::string_view wanted) {
  return fail(ErrorCode::malformed_input, fmt::format("\"{}\" must be {}", key, wanted));
}

// Whether each number has a value: one that is too large for a double becomes infinite, which JSON
// cannot say. The depth of what was parsed bounds the recursion.
bool is_finite(const json::value& value) {
  if (const double* number = value.if_double()) return std::isfinite(*number);
  if (const json::array* array = value.if_array()) return std::ranges::all_of(*array, is_finite);
  const json::object* object = value.if_object();
  return !object || std::ranges::all_of(*object, [](const json::key_value_pair& member) {
    return is_finite(member.value());
  });
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::stream_parser parser({}, options);
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read == text.size()) parser.finish(error);
  if (error || read != text.size() || !parser.done()) {
    return fail(
        ErrorCode::invalid_request,
        fmt::format("not JSON: {} at byte {}", error ? error.message() : "extra text", read));
  }
  json::value value = parser.release();
  if (!is_finite(value)) return fail(ErrorCode::invalid_request, "not JSON: a number is too large");
  return value;
}

Result<std::int64_t> get_int(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value) return wrong(key, "an integer");
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  if (error) return wrong(key, "an integer");
  return number;
}

Result<double> get_double(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_number()) return wrong(key, "a number");
  return value->to_number<double>();
}

Result<bool> get_bool(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_bool()) return wrong(key, "true or false");
  return value->get_bool();
}

Result<std::string> get_string(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_string()) return wrong(key, "a string");
  return std::string(value->get_string());
}

Result<const json::array*> get_array(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_array()) return wrong(key, "an array");
  return &value->get_array();
}

Result<const json::object*> get_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_object()) return wrong(key, "an object");
  return &value->get_object();
}

}  // namespace vodmill
