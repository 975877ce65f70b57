#include "plan/task_spec.h"

#include <gtest/gtest.h>

#include "plan/planner.h"
#include "plan/test_info.h"

namespace vodmill::plan {
namespace {

TaskSpec chunk_spec() {
  SourceInfo info = source_info(1280, 720, {25, 1}, 1000);
  info.sounds = {stereo()};
  TaskSpec spec;
  spec.kind = TaskKind::chunk;
  spec.source_bytes = 1'000'000;
  spec.plan = make_plan(info, {.build = EngineBuild("b"), .cores = 4}).value();
  spec.chunk = 1;
  spec.resume = {1, 2, 3};
  return spec;
}

// The specification of a good task with one field replaced.
Result<TaskSpec> with(const TaskSpec& spec, std::string_view key, const json::value& value) {
  json::object o = to_json(spec);
  o[key] = value;
  return task_spec_from_json(o);
}

TEST(TaskSpec, OfAChunkComesBackAsItWas) {
  const TaskSpec spec = chunk_spec();
  const auto back = task_spec_from_json(to_json(spec));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->kind, TaskKind::chunk);
  EXPECT_EQ(back->chunk, 1);
  EXPECT_EQ(back->resume, spec.resume);
  EXPECT_EQ(back->source_bytes, 1'000'000);
  EXPECT_EQ(back->plan->boundaries, spec.plan->boundaries);
}

TEST(TaskSpec, OfAProbeNeedsNoPlan) {
  TaskSpec spec;
  spec.source_bytes = 7;
  const auto back = task_spec_from_json(to_json(spec));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->kind, TaskKind::probe);
  EXPECT_FALSE(back->plan);
}

TEST(TaskSpec, OfSoundComesBackAsItWas) {
  TaskSpec spec = chunk_spec();
  spec.kind = TaskKind::audio;
  spec.chunk = 0;
  spec.resume = {4};
  spec.sound = 1;
  spec.plan->sounds.push_back(spec.plan->sounds.front());
  spec.plan->sounds.back().name = "a1";
  const auto back = task_spec_from_json(to_json(spec));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->sound, 1);
  EXPECT_EQ(back->resume, std::vector{4});
}

TEST(TaskSpec, OfAStillComesBackAsItWas) {
  TaskSpec spec = chunk_spec();
  spec.kind = TaskKind::stills;
  spec.resume.clear();
  spec.still = StillSpec{.frame = 7, .width = 320, .height = 180};
  const auto back = task_spec_from_json(to_json(spec));
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_TRUE(back->still);
  EXPECT_EQ(back->still->frame, 7);
  EXPECT_EQ(back->still->width, 320);
  EXPECT_EQ(back->still->height, 180);
  EXPECT_FALSE(with(spec, "still", {{"frame", spec.plan->frames}, {"width", 320}, {"height", 2}}));
  EXPECT_FALSE(with(spec, "still", {{"frame", -1}, {"width", 320}, {"height", 180}}));
  EXPECT_FALSE(with(spec, "still", {{"frame", 7}, {"width", 321}, {"height", 180}}));
  EXPECT_FALSE(with(spec, "still", {{"frame", 7}, {"width", 320}, {"height", 10'000}}));
  spec.still.reset();
  EXPECT_FALSE(task_spec_from_json(to_json(spec)));
}

TEST(TaskSpec, RefusesAMissingField) {
  const json::object good = to_json(chunk_spec());
  for (const auto& [key, value] : good) {
    json::object o = good;
    o.erase(key);
    const auto back = task_spec_from_json(o);
    ASSERT_FALSE(back) << key;
    EXPECT_EQ(back.error().code, ErrorCode::malformed_input);
  }
}

TEST(TaskSpec, RefusesWhatDoesNotFitThePlan) {
  const TaskSpec spec = chunk_spec();
  const int segments = spec.plan->segments();
  EXPECT_FALSE(with(spec, "kind", "dance"));
  EXPECT_FALSE(with(spec, "plan", "{}"));
  EXPECT_FALSE(with(spec, "plan", 5));
  EXPECT_FALSE(with(spec, "chunk", -1));
  EXPECT_FALSE(with(spec, "chunk", spec.plan->chunks.size()));
  EXPECT_FALSE(with(spec, "chunk", std::int64_t{1} << 32));
  EXPECT_FALSE(with(spec, "source_bytes", -1));
  EXPECT_FALSE(with(spec, "resume", json::array{1, 2}));
  EXPECT_FALSE(with(spec, "resume", json::array{1, 2, "3"}));
  EXPECT_FALSE(with(spec, "resume", json::array{1, 2, -1}));
  EXPECT_FALSE(with(spec, "resume", json::array{1, 2, segments + 1}));
  EXPECT_FALSE(with(spec, "resume", json::array{1, 2, std::int64_t{1} << 32}));
  EXPECT_TRUE(with(spec, "resume", json::array{1, 2, segments}));
}

TEST(TaskSpec, RefusesSoundWhereThePlanHasNone) {
  TaskSpec spec = chunk_spec();
  spec.kind = TaskKind::audio;
  spec.resume = {0};
  spec.sound = static_cast<int>(spec.plan->sounds.size());
  EXPECT_FALSE(task_spec_from_json(to_json(spec)));
  spec.sound = 0;
  EXPECT_TRUE(task_spec_from_json(to_json(spec)));
  spec.plan->sounds.clear();
  EXPECT_FALSE(task_spec_from_json(to_json(spec)));
}

}  // namespace
}  // namespace vodmill::plan
