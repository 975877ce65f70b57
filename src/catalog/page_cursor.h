// Where a page of a list begins, newest first, as clients hand it back: after the row that was made
// at that time and has that id. Pure.
// Fuzzed by: fuzz/cursor_fuzz.cc
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vodmill::catalog {

struct PageCursor {
  std::int64_t created_at = std::numeric_limits<std::int64_t>::max();  // milliseconds since 1970
  std::string id;

  bool operator==(const PageCursor&) const = default;
};

std::string to_text(const PageCursor& cursor);

// The inverse; "" is the first page. Errors: invalid_request.
Result<PageCursor> read_page_cursor(std::string_view text);

// What is said of a cursor that is none: invalid_request.
std::unexpected<Error> no_page_cursor();

}  // namespace vodmill::catalog
