#include "plan/copy_gate.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <random>
#include <set>
#include <span>

#include "plan/planner.h"
#include "plan/test_info.h"

namespace vodmill::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Plan plan_of(const SourceInfo& info) {
  const auto plan = make_plan(info, {.build = EngineBuild("test"), .cores = 4});
  EXPECT_TRUE(plan) << plan.error().message;
  return plan.value_or(Plan{});
}

SourceInfo copyable(std::int64_t frames = 500, std::int64_t gop = 50) {
  SourceInfo info = source_info(1920, 1080, {25, 1}, frames);
  make_copyable(info, gop, 5000);
  return info;
}

TEST(CopyGate, LetsTheTopRenditionBeTheSourcesPackets) {
  const Plan plan = plan_of(copyable());
  EXPECT_TRUE(plan.ladder[0].copied);
  EXPECT_FALSE(plan.ladder[1].copied);
  EXPECT_EQ(plan.copy_delay, 2);
  EXPECT_THAT(plan.boundaries, ElementsAre(0, 50, 200, 350, 500));
  EXPECT_THAT(plan.idrs, ElementsAre(0, 50, 100, 150, 200, 250, 300, 350, 400, 450));
}

TEST(CopyGate, CutsLongGopsIntoShorterOnesForWhatIsEncoded) {
  const Plan plan = plan_of(copyable(400, 125));
  EXPECT_THAT(plan.boundaries, ElementsAre(0, 125, 250, 400));
  EXPECT_THAT(plan.idrs, ElementsAre(0, 41, 83, 125, 166, 208, 250, 300, 350));
}

TEST(CopyGate, SpendsNoMoreBitsOnSmallerRenditionsThanTheCopyHas) {
  SourceInfo info = copyable();
  make_copyable(info, 50, 800);
  const Plan plan = plan_of(info);
  ASSERT_TRUE(plan.ladder.front().copied);
  int above = 800;
  for (const Rendition& rung : std::span(plan.ladder).subspan(1)) {
    EXPECT_LT(rung.max_kbps, above);
    EXPECT_LE(rung.buffer_kbits, rung.max_kbps * 3 / 2);
    above = rung.max_kbps;
  }
}

TEST(CopyGate, DelaysACopyAtLeastAsMuchAsTheEncoderDoes) {
  SourceInfo info = copyable();
  info.video->copy.delay = 0;
  EXPECT_EQ(plan_of(info).copy_delay, 2);
  info.video->copy.delay = 4;
  EXPECT_EQ(plan_of(info).copy_delay, 4);
}

TEST(CopyGate, IsShutWhereThePolicySaysSo) {
  const auto plan =
      make_plan(copyable(), {.build = EngineBuild("test"), .cores = 4, .may_copy = false});
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->ladder[0].copied);
  EXPECT_THAT(plan->reasons, Contains(HasSubstr("an earlier attempt")));
}

TEST(CopyGate, LeavesNoShortTail) {
  const Plan plan = plan_of(copyable(205));
  EXPECT_THAT(plan.boundaries, ElementsAre(0, 50, 205));
}

struct Refusal {
  const char* name;
  std::function<void(VideoStreamInfo&)> spoil;
  const char* reason;
};

class CopyGateRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(CopyGateRefuses, WithItsReasonInThePlan) {
  SourceInfo info = copyable();
  GetParam().spoil(*info.video);
  const Plan plan = plan_of(info);
  EXPECT_FALSE(plan.ladder.front().copied);
  EXPECT_THAT(plan.reasons, Contains(HasSubstr(GetParam().reason)));
}

const std::vector<Refusal> kRefusals{
    {"Turned", [](auto& v) { v.rotation = 90; }, "turned"},
    {"Mirrored", [](auto& v) { v.mirrored = true; }, "turned"},
    {"Stretched", [](auto& v) { v.sample_aspect = {4, 3}; }, "not square"},
    {"Interlaced", [](auto& v) { v.interlaced = true; }, "interlaced"},
    {"FullRange", [](auto& v) { v.full_range = true; }, "full range"},
    {"OldColours", [](auto& v) { v.matrix = "smpte170m"; }, "BT.709"},
    {"HighDynamicRange", [](auto& v) { v.transfer = "smpte2084"; }, "BT.709"},
    {"OddSize", [](auto& v) { v.height = 1072; }, "no size of the ladder"},
    {"TooLarge", [](auto& v) { v.width = 3840, v.height = 2160; }, "no size of the ladder"},
    {"VariableRate", [](auto& v) { v.grid_rate = {0, 1}; }, "rate is not constant"},
    {"MissingPicture", [](auto& v) { --v.packets; }, "missing"},
    {"WhatTheProbeSaw", [](auto& v) { v.copy.obstacle = "a packet is damaged"; }, "is damaged"},
    {"LongGops", [](auto& v) { v.copy.cuts = {0, 200}, v.copy.bytes = {1, 1}; }, "longer than"},
    {"TooManyBits", [](auto& v) { v.copy.bytes[3] *= 4; }, "kbit/s"}};

INSTANTIATE_TEST_SUITE_P(All, CopyGateRefuses, testing::ValuesIn(kRefusals),
                         [](const auto& refusal) { return std::string(refusal.param.name); });

TEST(CopyGate, TakesUntaggedColoursAsTheEngineDoes) {
  SourceInfo info = copyable();
  info.video->transfer = info.video->primaries = info.video->matrix = "unknown";
  EXPECT_TRUE(plan_of(info).ladder.front().copied);
  SourceInfo small = source_info(640, 360, {25, 1}, 500);
  make_copyable(small, 50, 500);
  EXPECT_TRUE(plan_of(small).ladder.front().copied);
  small.video->matrix = "unknown";
  EXPECT_FALSE(plan_of(small).ladder.front().copied);
}

TEST(CopyGate, CutsOnlyWhereTheSourceCanBeCut) {
  std::mt19937 random(7);
  int copied = 0;
  for (int i = 0; i < 2000; ++i) {
    SourceInfo info = copyable(1 + static_cast<std::int64_t>(random() % 3000), 1);
    CopyFacts& copy = info.video->copy;
    copy.cuts = {0};
    const auto longest = 1 + random() % 180;
    while (copy.cuts.back() < info.video->packets) {
      copy.cuts.push_back(copy.cuts.back() + 1 + static_cast<std::int64_t>(random() % longest));
    }
    copy.cuts.pop_back();
    if (copy.cuts.empty()) copy.cuts = {0};
    copy.bytes.assign(copy.cuts.size(), 100);
    const Plan plan = plan_of(info);
    if (!plan.ladder.front().copied) continue;
    ++copied;
    const std::set<std::int64_t> cuts(copy.cuts.begin(), copy.cuts.end());
    for (std::size_t n = 0; n + 1 < plan.boundaries.size(); ++n) {
      ASSERT_TRUE(cuts.contains(plan.boundaries[n]));
      const double length = static_cast<double>(plan.boundaries[n + 1] - plan.boundaries[n]) / 25;
      ASSERT_LE(std::lround(length), plan.target_duration);
    }
    ASSERT_EQ(plan.boundaries.back(), plan.frames);
  }
  EXPECT_GT(copied, 500);
}

}  // namespace
}  // namespace vodmill::plan
