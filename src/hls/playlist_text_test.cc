#include "hls/playlist_text.h"

#include <gtest/gtest.h>

namespace vodmill::hls {
namespace {

TEST(Quote, LeavesNoWayOutOfTheQuotes) {
  EXPECT_EQ(quote("Deutsch"), "\"Deutsch\"");
  EXPECT_EQ(quote("say \"hi\"\r\n#EXT-X-ENDLIST"), "\"say 'hi'  #EXT-X-ENDLIST\"");
  EXPECT_EQ(quote("日本語 🎬"), "\"日本語 🎬\"");
}

TEST(Quote, WritesOnlyUtf8) {
  EXPECT_EQ(quote("a\xff"), "\"a?\"");
  EXPECT_EQ(quote("\xc3"), "\"?\"") << "cut short";
  EXPECT_EQ(quote("\xc0\xaf"), "\"??\"") << "overlong";
  EXPECT_EQ(quote("\xed\xa0\x80"), "\"???\"") << "surrogate";
  EXPECT_EQ(quote("\xc2\x85"), "\"??\"") << "C1 control";
  EXPECT_EQ(quote("\xf4\x90\x80\x80"), "\"????\"") << "above U+10FFFF";
}

TEST(Decimal, IsExact) {
  EXPECT_EQ(decimal(6006000, 6), "6.006000");
  EXPECT_EQ(decimal(5, 6), "0.000005");
  EXPECT_EQ(decimal(0, 3), "0.000");
  EXPECT_EQ(read_decimal("6.006", 9), 6006000000);
  EXPECT_EQ(read_decimal("6", 3), 6000);
  EXPECT_EQ(read_decimal("0.0005", 3), 1);
  EXPECT_EQ(read_decimal("0.00049", 3), 0);
}

TEST(Decimal, OthersAreRefused) {
  for (const char* text :
       {"", ".", "6.", ".5", "-1", "+1", "1e3", "1.2.3", "0x10", " 1", "nan", "1000000000"}) {
    EXPECT_FALSE(read_decimal(text, 9)) << text;
  }
  for (const char* text : {"", "-1", "+1", "1.0", " 1", "9223372036854775808"}) {
    EXPECT_FALSE(read_integer(text)) << text;
  }
}

TEST(Attributes, AreReadByTheirKind) {
  const auto list = Attributes::parse("A=1,B-2=\"x, y=z\",C=YES");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->integer("A"), 1);
  EXPECT_EQ(list->quoted("B-2"), "x, y=z");
  EXPECT_EQ(list->enumerated("C"), "YES");
  EXPECT_FALSE(list->has("D"));
  EXPECT_FALSE(list->quoted("C")) << "must be quoted";
  EXPECT_FALSE(list->enumerated("B-2")) << "may not be quoted";
  EXPECT_EQ(list->integer("D").error().message, "The attribute D is missing.");
}

TEST(Attributes, OthersAreRefused) {
  for (const char* text : {"", "A", "=1", "a=1", "A=", "A=1,", "A=1,A=2", "A=\"x", "A=\"x\"B=1",
                           "A=1, B=2", ",A=1", "A=1,,B=2"}) {
    EXPECT_FALSE(Attributes::parse(text)) << text;
  }
}

TEST(Lines, AreCountedAsAnEditorDoes) {
  const auto lines = read_lines("#EXTM3U\r\n\n# a comment\n#EXT-X-MAP:URI=\"a:b\"\nv0/0.m4s");
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(lines->size(), 2u);
  EXPECT_EQ((*lines)[0].number, 4);
  EXPECT_EQ((*lines)[0].name, "#EXT-X-MAP");
  EXPECT_EQ((*lines)[0].value, "URI=\"a:b\"");
  EXPECT_EQ((*lines)[1].number, 5);
  EXPECT_EQ((*lines)[1].name, "");
  EXPECT_EQ((*lines)[1].value, "v0/0.m4s");
}

}  // namespace
}  // namespace vodmill::hls
