#include "av/libav.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vodmill::av {
namespace {

TEST(Libav, SaysInASentenceThatMemoryRanOut) {
  const Error error = fail_av(AVERROR(ENOMEM), ErrorCode::malformed_input, "read").error();
  EXPECT_EQ(error.code, ErrorCode::out_of_memory);
  EXPECT_THAT(error.message, testing::HasSubstr("more memory"));
}

TEST(Libav, KeepsTheCallersMeaningOfOtherErrors) {
  const Error error = fail_av(AVERROR_INVALIDDATA, ErrorCode::malformed_input, "read").error();
  EXPECT_EQ(error.code, ErrorCode::malformed_input);
  EXPECT_THAT(error.message, testing::StartsWith("read: "));
}

}  // namespace
}  // namespace vodmill::av
