#include "catalog/page_cursor.h"

#include <gtest/gtest.h>

namespace vodmill::catalog {
namespace {

TEST(PageCursor, IsReadAsItWasWritten) {
  const PageCursor cursor{.created_at = 1'700'000'000'123, .id = "a.b-1"};
  EXPECT_EQ(read_page_cursor(to_text(cursor)), cursor);
}

TEST(PageCursor, IsTheFirstPageWhenEmpty) { EXPECT_EQ(read_page_cursor(""), PageCursor()); }

TEST(PageCursor, RefusesWhatIsNotOurs) {
  for (const char* text : {"x", "12", ".id", "-1.id", "123456789abcdef01.id", " 1.id"}) {
    const auto cursor = read_page_cursor(text);
    ASSERT_FALSE(cursor) << text;
    EXPECT_EQ(cursor.error().code, ErrorCode::invalid_request) << text;
  }
}

}  // namespace
}  // namespace vodmill::catalog
