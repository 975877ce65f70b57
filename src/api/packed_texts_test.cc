#include "api/packed_texts.h"

#include <gtest/gtest.h>

#include "net/gzip.h"

namespace vodmill::api {
namespace {

// Texts that pack badly, so that each takes about as many bytes.
std::string noise(unsigned seed) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    seed = seed * 1'664'525 + 1'013'904'223;
    text += static_cast<char>(seed >> 24);
  }
  return text;
}

TEST(PackedTexts, AreWhatGzipMakes) {
  PackedTexts texts(10'000);
  EXPECT_EQ(**texts.pack("a playlist"), *net::gzip("a playlist"));
}

TEST(PackedTexts, ArePackedOnce) {
  PackedTexts texts(10'000);
  const auto first = *texts.pack(noise(1));
  EXPECT_TRUE(texts.pack(noise(2)));
  EXPECT_EQ(*texts.pack(noise(1)), first) << "the same object";
}

TEST(PackedTexts, ForgetThoseThatNobodyHasAskedForLongest) {
  PackedTexts texts(2'500);
  const auto first = *texts.pack(noise(1));
  const auto second = *texts.pack(noise(2));
  EXPECT_EQ(*texts.pack(noise(1)), first);
  EXPECT_TRUE(texts.pack(noise(3)));
  EXPECT_LE(texts.bytes(), 2'500U);
  EXPECT_EQ(*texts.pack(noise(1)), first);
  EXPECT_NE(*texts.pack(noise(2)), second);
}

TEST(PackedTexts, DoNotKeepWhatIsLargerThanAll) {
  PackedTexts texts(100);
  ASSERT_TRUE(texts.pack(noise(1)));
  EXPECT_EQ(texts.bytes(), 0U);
}

}  // namespace
}  // namespace vodmill::api
