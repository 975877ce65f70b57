#include "catalog/page_cursor.h"

#include <spdlog/fmt/fmt.h>

#include <charconv>

namespace vodmill::catalog {

std::string to_text(const PageCursor& cursor) {
  return fmt::format("{:x}.{}", cursor.created_at, cursor.id);
}

std::unexpected<Error> no_page_cursor() {
  return fail(ErrorCode::invalid_request,
              "The cursor is not one of ours. Use next_cursor of the page before, unchanged.");
}

Result<PageCursor> read_page_cursor(std::string_view text) {
  PageCursor cursor;
  if (text.empty()) return cursor;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, cursor.created_at, 16);
  if (error != std::errc() || rest == end || *rest != '.' || cursor.created_at < 0) {
    return no_page_cursor();
  }
  cursor.id.assign(rest + 1, end);
  return cursor;
}

}  // namespace vodmill::catalog
