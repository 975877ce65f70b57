#include "hls/jpeg.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>

namespace vodmill::hls {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}

const Bytes kBegin = bytes_of({0xff, 0xd8});
const Bytes kJfif = bytes_of({0xff, 0xe0, 0, 4, 'J', 'F'});
const Bytes kTable = bytes_of({0xff, 0xdb, 0, 3, 9});
// 160 x 90, three components.
const Bytes kFrame =
    bytes_of({0xff, 0xc0, 0, 17, 8, 0, 90, 0, 160, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0});
const Bytes kScan = bytes_of({0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 1, 2, 0xff, 0, 3});
const Bytes kEnd = bytes_of({0xff, 0xd9});

bool is_refused(const Bytes& bytes) {
  const auto parsed = parse_jpeg(bytes);
  return !parsed && parsed.error().code == ErrorCode::verification_failed;
}

TEST(Jpeg, TellsItsSize) {
  const auto info = parse_jpeg(joined({kBegin, kJfif, kTable, kFrame, kTable, kScan, kEnd}));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->width, 160);
  EXPECT_EQ(info->height, 90);
}

TEST(Jpeg, CutShortAnywhereIsRefused) {
  const Bytes whole = joined({kBegin, kJfif, kTable, kFrame, kScan, kEnd});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(is_refused(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))))
        << size;
  }
}

TEST(Jpeg, WithAnythingAfterItsEndIsRefused) {
  EXPECT_TRUE(is_refused(joined({kBegin, kFrame, kScan, kEnd, bytes_of({0})})));
  EXPECT_TRUE(is_refused(joined({kBegin, kFrame, kScan, kEnd, kBegin, kFrame, kScan, kEnd})));
}

TEST(Jpeg, WithOtherMarkersIsRefused) {
  const Bytes exif = bytes_of({0xff, 0xe1, 0, 4, 'E', 'x'});
  const Bytes profile = bytes_of({0xff, 0xe2, 0, 4, 'I', 'C'});
  Bytes progressive = kFrame;
  progressive[1] = std::byte{0xc2};
  EXPECT_TRUE(is_refused(joined({kBegin, exif, kFrame, kScan, kEnd})));
  EXPECT_TRUE(is_refused(joined({kBegin, profile, kFrame, kScan, kEnd})));
  EXPECT_TRUE(is_refused(joined({kBegin, progressive, kScan, kEnd})));
  EXPECT_TRUE(is_refused(joined({kBegin, kFrame, kFrame, kScan, kEnd}))) << "two sizes";
  EXPECT_TRUE(is_refused(joined({kBegin, kScan, kEnd}))) << "no size";
  EXPECT_TRUE(is_refused(joined({kBegin, kFrame, kScan, kTable, kScan, kEnd}))) << "two scans";
}

TEST(Jpeg, WithoutASizeIsRefused) {
  Bytes flat = kFrame;
  flat[6] = std::byte{0};
  EXPECT_TRUE(is_refused(joined({kBegin, flat, kScan, kEnd})));
  Bytes gray = kFrame;
  gray[9] = std::byte{1};
  EXPECT_TRUE(is_refused(joined({kBegin, gray, kScan, kEnd})));
}

}  // namespace
}  // namespace vodmill::hls
