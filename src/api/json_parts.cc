#include "api/json_parts.h"

#include "api/problem.h"

namespace vodmill::api {

Result<json::object> read_object(std::string_view what, std::string_view text,
                                 std::string_view advice) {
  Result<json::value> value = parse_json(text);
  if (!value) {
    return refuse(std::string(what) + " is " + value.error().message + ". " + std::string(advice));
  }
  if (!value->is_object()) return refuse(std::string(advice));
  return std::move(value->as_object());
}

json::value or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

json::value or_null(int number) { return number == 0 ? json::value() : json::value(number); }

json::value error_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  return {{"code", error_code_name(error->code)},
          {"message", error->message},
          {"retryable", is_retryable(error->code)}};
}

}  // namespace vodmill::api
