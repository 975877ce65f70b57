#include "bmff/box.h"

#include "bmff/test_boxes.h"

namespace vodmill::bmff {
namespace {

using namespace std::string_view_literals;

TEST(BoxReader, WalksBoxesWithSmallAndLargeSizes) {
  Bytes bytes = box("free", words({7}));
  append(bytes, words({1}));
  append(bytes, as_bytes("mdat"sv));
  append(bytes, words({0, 20, 9}));
  BoxReader boxes(bytes);

  const auto first = boxes.next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->type, FourCc("free"));
  EXPECT_EQ((*first)->offset, 0u);
  EXPECT_EQ((*first)->payload.size(), 4u);
  const auto second = boxes.next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->type, FourCc("mdat"));
  EXPECT_EQ((*second)->payload_offset, 28u);
  EXPECT_EQ((*second)->end(), 32u);
  const auto end = boxes.next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
}

TEST(BoxHeader, IsReadFromTheFirstBytesOfABox) {
  const std::uint32_t mdat = 0x6d646174;
  const auto small = parse_box_header(words({4096, mdat, 1, 2}));
  ASSERT_TRUE(small);
  EXPECT_EQ(small->type, FourCc("mdat"));
  EXPECT_EQ(small->header_bytes, 8);
  EXPECT_EQ(small->bytes, 4096);
  const auto large = parse_box_header(words({1, mdat, 2, 3}));
  ASSERT_TRUE(large);
  EXPECT_EQ(large->header_bytes, 16);
  EXPECT_EQ(large->bytes, (std::int64_t{2} << 32) + 3);
  const auto rest = parse_box_header(words({0, mdat}));
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->bytes, 0);
  EXPECT_FALSE(parse_box_header(words({7, mdat}))) << "smaller than its header";
  EXPECT_FALSE(parse_box_header(words({1, mdat, 0, 15}))) << "smaller than its header";
  EXPECT_FALSE(parse_box_header(words({1, mdat, 0xffffffff, 0}))) << "larger than any file";
  EXPECT_FALSE(parse_box_header(words({1, mdat, 0}))) << "cut short";
  EXPECT_FALSE(parse_box_header(words({8}))) << "cut short";
}

TEST(BoxReader, RefusesSizesThatCannotBe) {
  const auto refuses = [](const Bytes& bytes) {
    const auto box = BoxReader(bytes).next();
    return !box && box.error().code == ErrorCode::verification_failed;
  };
  const std::uint32_t type = 0x6d646174;
  EXPECT_TRUE(refuses(words({0, type}))) << "up to the end of the file";
  EXPECT_TRUE(refuses(words({7, type}))) << "smaller than its header";
  EXPECT_TRUE(refuses(words({9, type}))) << "past the end";
  EXPECT_TRUE(refuses(words({0xffffffff, type})));
  EXPECT_TRUE(refuses(words({1, type, 0}))) << "the large size is cut short";
  EXPECT_TRUE(refuses(words({1, type, 0, 15}))) << "smaller than its large header";
  EXPECT_TRUE(refuses(words({1, type, 0, 17})));
  EXPECT_TRUE(refuses(words({1, type, 0xffffffff, 0xffffffff})));
  EXPECT_TRUE(refuses(words({8}))) << "no type";
  EXPECT_FALSE(refuses(words({8, type})));
  EXPECT_FALSE(refuses(words({1, type, 0, 16})));
}

TEST(Box, AChildThatIsMissingOrDoubledIsNamed) {
  const Bytes two = joined({box("tfhd", {}), box("tfdt", {}), box("tfhd", {})});
  EXPECT_TRUE(only_child(two, FourCc("tfdt")));
  EXPECT_EQ(only_child(two, FourCc("trun")).error().message, "There is no trun box.");
  EXPECT_EQ(only_child(two, FourCc("tfhd")).error().message,
            "There are two tfhd boxes where one is allowed.");
  EXPECT_FALSE(*optional_child(two, FourCc("trun")));
}

TEST(FourCc, ShowsWhatIsNotPrintableAsAQuestionMark) {
  EXPECT_EQ(FourCc(0x6d000a22).text(), "m??\"");
}

}  // namespace
}  // namespace vodmill::bmff
