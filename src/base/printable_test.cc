#include "base/printable.h"

#include <gtest/gtest.h>

namespace vodmill {
namespace {

TEST(Printable, LeavesWordsOfEveryLanguageAlone) {
  const std::string text = "Straße \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x8e\xac \\ \"x\"";
  EXPECT_EQ(printable(text), text);
  EXPECT_EQ(with_valid_utf8(text), text);
}

TEST(Printable, EscapesWhatMovesACursorOrEndsALine) {
  EXPECT_EQ(printable("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(printable(std::string_view("\0\x1b[2J\x7f", 6)), "\\x00\\x1b[2J\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            "\\x9b2J");
  EXPECT_EQ(with_valid_utf8("a\nb"), "a\nb");
}

TEST(Printable, ReplacesBytesThatAreNoUtf8) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(with_valid_utf8("a\xff"
                            "b"),
            "a" + mark + "b");
  EXPECT_EQ(with_valid_utf8("\xe6\x97"), mark + mark);                     // cut off
  EXPECT_EQ(with_valid_utf8("\xc0\xaf"), mark + mark);                     // overlong
  EXPECT_EQ(with_valid_utf8("\xed\xa0\x80"), mark + mark + mark);          // a surrogate
  EXPECT_EQ(with_valid_utf8("\xf4\x90\x80\x80").size(), 4 * mark.size());  // beyond Unicode
  EXPECT_EQ(with_valid_utf8("\xe0\x80\x80\x80").size(), 4 * mark.size());
}

TEST(InQuotes, SaysTheBeginningOfALongText) {
  EXPECT_EQ(in_quotes(""), "\"\"");
  EXPECT_EQ(in_quotes("title\n"), "\"title\\n\"");
  EXPECT_EQ(in_quotes(std::string(60, 'x')), '"' + std::string(60, 'x') + '"');
  EXPECT_EQ(in_quotes(std::string(9000, 'x')), '"' + std::string(60, 'x') + "...\"");
  EXPECT_EQ(in_quotes(std::string(59, 'x') + "\xe2\x82\xac and more"),
            '"' + std::string(59, 'x') + "...\"");
}

}  // namespace
}  // namespace vodmill
