#include "plan/ladder_policy.h"

#include <gtest/gtest.h>

namespace vodmill::plan {
namespace {

TEST(LadderPolicy, IsReadAsItIsWritten) {
  for (const LadderPolicy& policy :
       {LadderPolicy{}, LadderPolicy{.max_height = 720, .max_renditions = {}},
        LadderPolicy{.max_height = {}, .max_renditions = 2},
        LadderPolicy{.max_height = 240, .max_renditions = 4}}) {
    const auto read = read_ladder_policy(json::serialize(to_object(policy)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, policy);
  }
  EXPECT_EQ(read_ladder_policy("{}").value(), LadderPolicy());
}

TEST(LadderPolicy, SaysWhatIsWrongWithIt) {
  for (const auto& [text, word] : {std::pair{"", "JSON object"},
                                   {"720", "JSON object"},
                                   {"null", "JSON object"},
                                   {"[]", "JSON object"},
                                   {R"({"max_height":239})", "240 to 4320"},
                                   {R"({"max_height":4321})", "240 to 4320"},
                                   {R"({"max_height":360.5})", "240 to 4320"},
                                   {R"({"max_height":"360"})", "240 to 4320"},
                                   {R"({"max_height":1e99})", "240 to 4320"},
                                   {R"({"max_renditions":1})", "2 to 4"},
                                   {R"({"max_renditions":5})", "2 to 4"},
                                   {R"({"height":360})", "\"height\" is unknown"}}) {
    const auto read = read_ladder_policy(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::invalid_request);
    EXPECT_NE(read.error().message.find(word), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace vodmill::plan
