#include "api/paging.h"

#include <charconv>

namespace vodmill::api {

Result<int> read_limit(const net::Request& request, int otherwise) {
  const auto text = request.query("limit");
  if (!text) return otherwise;
  int limit = 0;
  const char* const text_end = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), text_end, limit);
  if (error == std::errc() && end == text_end && limit >= 1 && limit <= 200) return limit;
  return fail(ErrorCode::invalid_request, "limit must be a whole number from 1 to 200.");
}

json::object page_json(json::array data, const std::string& next_cursor) {
  const json::value next = next_cursor.empty() ? json::value() : json::value(next_cursor);
  return {{"data", std::move(data)}, {"next_cursor", next}};
}

}  // namespace vodmill::api
