#include "api/json_parts.h"

namespace vodmill::api {

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
