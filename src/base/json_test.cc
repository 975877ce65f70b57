#include "base/json.h"

#include <gtest/gtest.h>

namespace vodmill {
namespace {

TEST(Json, RefusesNumbersThatItCouldNotWrite) {
  for (const char* text : {"2e308", "[-2e308]", R"({"a":{"b":[1,1e999]}})"}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::invalid_request) << text;
  }
}

TEST(Json, ReadsWhatItWrites) {
  const auto value = parse_json(R"({"a":[1,-1.5e300,"x",null,true,18446744073709551615]})");
  ASSERT_TRUE(value);
  EXPECT_EQ(parse_json(json::serialize(*value)), *value);
}

}  // namespace
}  // namespace vodmill
