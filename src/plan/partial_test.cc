#include "plan/partial.h"

#include <gtest/gtest.h>

#include "plan/planner.h"
#include "plan/test_info.h"

namespace vodmill::plan {
namespace {

class FindPartial : public testing::Test {
 protected:
  FindPartial() {
    const auto plan = make_plan(info_, {.build = EngineBuild("build 7"), .cores = 4});
    EXPECT_TRUE(plan);
    plan_ = *plan;
  }

  std::optional<Partial> find(const std::vector<std::string>& results = {}) const {
    std::vector<Task> tasks;
    for (const std::string& result : results) tasks.emplace_back().result = result;
    return find_partial(info_, plan_, tasks);
  }

  SourceInfo info_ = source_info(1280, 720, {25, 1}, 500);
  Plan plan_;
};

TEST_F(FindPartial, SaysNothingOfAWholeVideo) {
  EXPECT_FALSE(find());
  EXPECT_FALSE(find({R"({"decoded": 500, "encoded": 500, "undecodable": 2})", "", "{"}));
}

TEST_F(FindPartial, TakesTheEarliestDamageOfAnyTask) {
  const auto partial = find({R"({"damaged_at": 12.5})", R"({"damaged_at": 3})", "{}"});
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->reason, ErrorCode::malformed_input);
  EXPECT_EQ(partial->at_seconds, 3);
}

TEST_F(FindPartial, DoesNotBelieveADamageOutsideOfTheVideo) {
  EXPECT_FALSE(find({R"({"damaged_at": 20.5})", R"({"damaged_at": -1})"}));
}

TEST_F(FindPartial, PutsAnEarlyEndBeforeDamage) {
  info_.truncated = true;
  const auto partial = find({R"({"damaged_at": 3})"});
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->reason, ErrorCode::truncated_input);
  EXPECT_EQ(partial->at_seconds, 20);
}

TEST_F(FindPartial, EndsWhereTheSoundWasCutOff) {
  info_.truncated = true;
  info_.lost_sound = Partial{ErrorCode::truncated_input, 7};
  EXPECT_EQ(find()->at_seconds, 7);
  info_.lost_sound->at_seconds = 21;
  EXPECT_EQ(find()->at_seconds, 20);
}

TEST_F(FindPartial, TakesAGapForDamage) {
  info_.gap_at = 4;
  EXPECT_EQ(find()->at_seconds, 4);
  EXPECT_EQ(find()->reason, ErrorCode::malformed_input);
  EXPECT_EQ(find({R"({"damaged_at": 3})"})->at_seconds, 3);
}

TEST_F(FindPartial, NamesASoundThatCannotBeHeard) {
  info_.lost_sound = Partial{ErrorCode::unsupported_codec, 0};
  const auto partial = find({R"({"damaged_at": 3})"});
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->reason, ErrorCode::unsupported_codec);
  EXPECT_EQ(partial->at_seconds, 0);
}

TEST(CopiesDamage, WhereADecoderOfACopiedVideoMetSome) {
  SourceInfo info = source_info(1280, 720, {25, 1}, 500);
  make_copyable(info, 50, 2000);
  auto plan = make_plan(info, {.build = EngineBuild("build 7"), .cores = 4});
  ASSERT_TRUE(plan);
  ASSERT_TRUE(plan->ladder.front().copied);
  std::vector<Task> tasks(2);
  tasks[0].kind = TaskKind::chunk;
  tasks[0].result = R"({"decoded": 500, "encoded": 500, "undecodable": 0})";
  tasks[1].kind = TaskKind::audio;
  tasks[1].result = R"({"damaged_at": 3})";
  EXPECT_FALSE(copies_damage(*plan, tasks));
  tasks[1].kind = TaskKind::chunk;
  EXPECT_TRUE(copies_damage(*plan, tasks));
  tasks[1].result = {};
  tasks[1].error = Error{ErrorCode::internal_error, ""};
  EXPECT_FALSE(copies_damage(*plan, tasks));
  tasks[1].error = Error{ErrorCode::malformed_input, ""};
  EXPECT_TRUE(copies_damage(*plan, tasks));
  plan->ladder.front().copied = false;
  EXPECT_FALSE(copies_damage(*plan, tasks));
}

}  // namespace
}  // namespace vodmill::plan
