#include "net/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace vodmill::net {
namespace {

std::string unpacked(std::string_view packed, std::size_t size) {
  constexpr int kGzipWindow = 15 + 16;
  std::string text(size + 1, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, kGzipWindow), Z_OK);
  std::string input(packed);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(Gzip, ComesBack) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{300'000}}) {
    std::string text;
    while (text.size() < size) text += "#EXTINF:6.006000,\nv0/" + std::to_string(text.size());
    const auto packed = gzip(text);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_EQ(unpacked(*packed, text.size()), text);
    if (size > 1) EXPECT_LT(packed->size(), text.size() / 4);
  }
}

TEST(AcceptsGzip, WhereTheClientSaysSo) {
  for (const char* header : {"gzip", "GZIP", "br, gzip", "deflate, gzip;q=1.0, *;q=0.5", "x-gzip",
                             "*", "br;q=1.0, *;q=0.1", "gzip;q=0.001"}) {
    EXPECT_TRUE(accepts_gzip(header)) << header;
  }
  for (const char* header :
       {"", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "*, gzip;q=0", "gzipped"}) {
    EXPECT_FALSE(accepts_gzip(header)) << header;
  }
  EXPECT_FALSE(accepts_gzip(std::nullopt));
}

}  // namespace
}  // namespace vodmill::net
