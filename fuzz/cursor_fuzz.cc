// Any text as the place where a page begins: what is read is written and read again the same.
#include <cstdint>
#include <cstdlib>

#include "catalog/page_cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cursor = vodmill::catalog::read_page_cursor(text);
  if (!cursor) return 0;
  const auto again = vodmill::catalog::read_page_cursor(vodmill::catalog::to_text(*cursor));
  if (!again || *again != *cursor || cursor->created_at < 0) std::abort();
  return 0;
}
