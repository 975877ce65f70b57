#include "plan/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <variant>
#include <vector>

#include "plan/planner.h"
#include "plan/test_info.h"

namespace vodmill::plan {
namespace {

SourceInfo full_info() {
  SourceInfo info = source_info(1920, 1080, {30'000, 1001}, 900);
  info.sounds = {stereo(), stereo(44'100)};
  info.sounds[1].index = 2;
  info.sounds[1].language = "eng";
  info.sounds[1].title = "Directors: \"we\" talk";
  info.sounds[1].purpose = SoundPurpose::commentary;
  info.truncated = true;
  info.gap_at = 2.5;
  info.lost_sound = Partial{ErrorCode::malformed_input, 1.25};
  info.notes = {"1 subtitle streams are left out"};
  make_copyable(info, 60, 3000);
  info.video->rotation = 270;
  info.video->mirrored = true;
  info.video->transfer = "smpte2084";
  info.video->content_peak = 4000;
  info.video->mastering_peak = 1200;
  info.video->field_order = "bff";
  info.video->keyframes = {126'000, 306'180};
  return info;
}

Plan full_plan() {
  auto plan = make_plan(full_info(), {.build = EngineBuild("build 7"), .cores = 4});
  EXPECT_TRUE(plan);
  return std::move(plan).value();
}

using Reader = std::function<Result<>(std::string_view)>;

const Reader kReadPlan = [](std::string_view text) -> Result<> {
  TRY(plan_from_json(text));
  return {};
};
const Reader kReadInfo = [](std::string_view text) -> Result<> {
  TRY(source_info_from_json(text));
  return {};
};

// Where a value stands in a document: the keys and array indices that lead to it.
using Path = std::vector<std::variant<std::string, std::size_t>>;

void collect(const json::value& value, const Path& here, std::vector<Path>& paths) {
  if (!here.empty()) paths.push_back(here);
  if (const auto* object = value.if_object()) {
    for (const auto& [key, inner] : *object) {
      Path path = here;
      path.emplace_back(std::string(key));
      collect(inner, path, paths);
    }
  } else if (const auto* array = value.if_array(); array && !array->empty()) {
    Path path = here;
    path.emplace_back(array->size() - 1);
    collect(array->back(), path, paths);
  }
}

json::value& at(json::value& document, const Path& path) {
  json::value* value = &document;
  for (const auto& step : path) {
    value = std::holds_alternative<std::string>(step)
                ? &value->as_object().at(std::get<std::string>(step))
                : &value->as_array().at(std::get<std::size_t>(step));
  }
  return *value;
}

std::string text_of(const Path& path) {
  std::string text;
  for (const auto& step : path) {
    text += '/';
    text += std::holds_alternative<std::string>(step) ? std::get<std::string>(step)
                                                      : std::to_string(std::get<std::size_t>(step));
  }
  return text;
}

// Every field of the document replaced by what it may never be.
void expect_wrong_types_are_refused(const std::string& text, const Reader& read) {
  const json::value good = json::parse(text);
  std::vector<Path> paths;
  collect(good, {}, paths);
  ASSERT_GT(paths.size(), 20U);
  for (const Path& path : paths) {
    json::value document = good;
    const bool is_string = at(document, path).is_string();
    for (const json::value& wrong :
         {json::value(json::object{{"x", 1}}), json::value(is_string ? json::value(5) : "text"),
          json::value(1e300)}) {
      document = good;
      at(document, path) = wrong;
      const auto result = read(json::serialize(document));
      ASSERT_FALSE(result) << text_of(path) << " = " << wrong;
      EXPECT_EQ(result.error().code, ErrorCode::malformed_input) << text_of(path);
    }
  }
}

void expect_missing_fields_are_refused(const std::string& text, const Reader& read) {
  const json::value good = json::parse(text);
  std::vector<Path> paths;
  collect(good, {}, paths);
  for (const Path& path : paths) {
    const auto* key = std::get_if<std::string>(&path.back());
    constexpr std::array<std::string_view, 12> kOptional{
        "sounds", "video",      "lost_sound",  "gap_at",       "thumbs",         "copy",
        "copied", "copy_delay", "field_order", "content_peak", "mastering_peak", "tone_map_peak"};
    if (!key || std::ranges::find(kOptional, *key) != kOptional.end()) continue;
    json::value document = good;
    Path parent = path;
    parent.pop_back();
    at(document, parent).as_object().erase(*key);
    const auto result = read(json::serialize(document));
    ASSERT_FALSE(result) << text_of(path);
    EXPECT_EQ(result.error().code, ErrorCode::malformed_input);
    EXPECT_NE(result.error().message.find(*key), std::string::npos) << result.error().message;
  }
}

void expect_refused(const std::string& text, const Path& path, const json::value& value,
                    const Reader& read) {
  json::value document = json::parse(text);
  at(document, path) = value;
  const auto result = read(json::serialize(document));
  ASSERT_FALSE(result) << text_of(path) << " = " << value;
  EXPECT_EQ(result.error().code, ErrorCode::malformed_input);
}

TEST(PlanJson, ComesBackAsItWas) {
  const Plan plan = full_plan();
  const auto back = plan_from_json(to_json(plan));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_json(*back), to_json(plan));
  EXPECT_EQ(back->boundaries, plan.boundaries);
  EXPECT_EQ(back->sounds.front().boundaries, plan.sounds.front().boundaries);
  EXPECT_EQ(back->first_pts, plan.first_pts);
  EXPECT_EQ(back->fps, plan.fps);
  EXPECT_EQ(back->ladder.back().max_kbps, plan.ladder.back().max_kbps);
  EXPECT_EQ(back->reasons, plan.reasons);
  EXPECT_EQ(back->field_order, "bff");
  EXPECT_EQ(back->tone_map_peak, 4000);
}

TEST(PlanJson, ComesBackWithoutSound) {
  Plan plan = full_plan();
  plan.sounds.clear();
  const auto back = plan_from_json(to_json(plan));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->sounds.empty());
}

// As plans and probes of one sound were written: what played then plays still.
std::string with_one_sound_as_before(const std::string& text) {
  json::object document = json::parse(text).as_object();
  json::object sound = document.at("sounds").as_array().at(0).as_object();
  for (const std::string_view later : {"label", "purpose", "title", "default"}) sound.erase(later);
  document.erase("sounds");
  document["audio"] = std::move(sound);
  return json::serialize(document);
}

TEST(PlanJson, OfBeforeThereWereSeveralSoundsIsStillRead) {
  const Plan plan = full_plan();
  const auto back = plan_from_json(with_one_sound_as_before(to_json(plan)));
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->sounds.size(), 1U);
  EXPECT_EQ(back->sounds.front().name, "a0");
  EXPECT_EQ(back->sounds.front().label, "");
  EXPECT_EQ(back->sounds.front().boundaries, plan.sounds.front().boundaries);
}

TEST(PlanJson, OfBeforeThereWereThumbsIsStillRead) {
  Plan plan = full_plan();
  plan.thumbs.reset();
  const auto back = plan_from_json(to_json(plan));
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->thumbs);
  EXPECT_TRUE(back->thumbs_of(0).empty());
}

TEST(PlanJson, RefusesThumbsThatDoNotFitTheSegments) {
  const Plan plan = full_plan();
  const std::string text = to_json(plan);
  expect_refused(text, {"thumbs", "poster"}, static_cast<std::int64_t>(plan.ladder.size()),
                 kReadPlan);
  expect_refused(text, {"thumbs", "width"}, 161, kReadPlan);
  expect_refused(text, {"thumbs", "frames"}, json::array{}, kReadPlan);
  expect_refused(text, {"thumbs", "frames"}, json::array{1}, kReadPlan);
  json::array beyond(plan.thumbs->frames.begin(), plan.thumbs->frames.end());
  beyond.push_back(plan.frames);
  expect_refused(text, {"thumbs", "frames"}, beyond, kReadPlan);
}

TEST(PlanJson, RefusesAMissingField) {
  expect_missing_fields_are_refused(to_json(full_plan()), kReadPlan);
}

TEST(PlanJson, RefusesAWrongType) {
  expect_wrong_types_are_refused(to_json(full_plan()), kReadPlan);
}

TEST(PlanJson, RefusesWhatCannotBe) {
  const std::string good = to_json(full_plan());
  const std::vector<std::pair<Path, json::value>> cases{
      {{"frames"}, 0},
      {{"frames"}, 901},  // the boundaries end elsewhere
      {{"rotation"}, 45},
      {{"rotation"}, 360},
      {{"field_order"}, "top"},
      {{"tone_map_peak"}, 0},
      {{"tone_map_peak"}, 100'000},
      {{"fps"}, json::array{0, 1}},
      {{"fps"}, json::array{30, 0}},
      {{"fps"}, json::array{30, -1}},
      {{"source_time_base"}, json::array{1}},
      {{"first_pts"}, INT64_MIN},
      {{"boundaries"}, json::array{}},
      {{"boundaries"}, json::array{0}},
      {{"boundaries"}, json::array{60, 900}},
      {{"boundaries"}, json::array{0, 60, 60, 900}},
      {{"boundaries", std::size_t{0}}, INT64_MIN},
      {{"idrs"}, json::array{}},
      {{"idrs"}, json::array{0}},  // the other boundaries are not among them
      {{"idrs", std::size_t{0}}, 1},
      {{"idrs", std::size_t{0}}, INT64_MIN},
      {{"chunks"}, json::array{}},
      {{"chunks"}, json::array{json::array{0, 1}}},
      {{"chunks"}, json::array{json::array{0, 1}, json::array{2, 6}}},
      {{"chunks"}, json::array{json::array{0, 4'294'967'302}}},  // 6 in 32 bits
      {{"ladder"}, json::array{}},
      {{"ladder", std::size_t{0}, "width"}, 0},
      {{"ladder", std::size_t{0}, "width"}, 1919},
      {{"ladder", std::size_t{0}, "crf"}, 52},
      {{"target_duration"}, 0},
      {{"sounds", std::size_t{1}, "boundaries"}, json::array{0, 94}},
      {{"sounds", std::size_t{1}, "channels"}, 3},
      {{"sounds", std::size_t{0}, "sample_rate"}, 0},
      {{"sounds", std::size_t{0}, "purpose"}, "song"},
      {{"sounds", std::size_t{1}, "name"}, "a0"},  // twice
      {{"sounds"}, 5}};
  for (const auto& [path, value] : cases) expect_refused(good, path, value, kReadPlan);
}

TEST(SourceInfoJson, ComesBackAsItWas) {
  const SourceInfo info = full_info();
  const auto back = source_info_from_json(to_json(info));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_json(*back), to_json(info));
  EXPECT_EQ(back->video->keyframes, info.video->keyframes);
  EXPECT_EQ(back->sounds.front().language, "fra");
  EXPECT_TRUE(back->truncated);
  EXPECT_EQ(back->lost_sound->reason, ErrorCode::malformed_input);
  EXPECT_EQ(back->lost_sound->at_seconds, 1.25);
  EXPECT_EQ(back->gap_at, 2.5);
  EXPECT_EQ(back->video->copy.cuts, info.video->copy.cuts);
  EXPECT_EQ(back->video->copy.bytes, info.video->copy.bytes);
  EXPECT_EQ(back->video->copy.delay, 2);
}

TEST(SourceInfoJson, KeepsWhatASoundIs) {
  const auto back = source_info_from_json(to_json(full_info()));
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->sounds.size(), 2U);
  EXPECT_EQ(back->sounds[1].title, "Directors: \"we\" talk");
  EXPECT_EQ(back->sounds[1].purpose, SoundPurpose::commentary);
}

TEST(SourceInfoJson, OfBeforeThereWereSeveralSoundsIsStillRead) {
  const auto back = source_info_from_json(with_one_sound_as_before(to_json(full_info())));
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_EQ(back->sounds.size(), 1U);
  EXPECT_EQ(back->sounds.front().language, "fra");
}

TEST(SourceInfoJson, KeepsWhatHindersACopy) {
  SourceInfo info = full_info();
  info.video->copy = {
      .obstacle = "a packet is damaged", .cuts = {}, .bytes = {}, .delay = 0, .codecs = {}};
  const auto back = source_info_from_json(to_json(info));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->video->copy.obstacle, "a packet is damaged");
}

TEST(SourceInfoJson, RefusesAMissingField) {
  expect_missing_fields_are_refused(to_json(full_info()), kReadInfo);
}

TEST(SourceInfoJson, RefusesAWrongType) {
  expect_wrong_types_are_refused(to_json(full_info()), kReadInfo);
}

TEST(SourceInfoJson, RefusesWhatCannotBe) {
  const std::string good = to_json(full_info());
  const std::vector<std::pair<Path, json::value>> cases{
      {{"bytes"}, -1},
      {{"video", "width"}, 0},
      {{"video", "height"}, 100'000},
      {{"video", "rotation"}, 30},
      {{"video", "content_peak"}, -1},
      {{"video", "mastering_peak"}, 2'000'000},
      {{"video", "field_order"}, "bff,drawtext"},
      {{"video", "sample_aspect"}, json::array{0, 1}},
      {{"video", "time_base"}, json::array{1, std::int64_t{1} << 40}},
      {{"video", "end_pts"}, 0},
      {{"video", "first_pts"}, INT64_MIN},
      {{"video", "packets"}, -1},
      {{"video", "keyframes"}, json::array{5, 5}},
      {{"video", "copy", "cuts"}, json::array{1}},
      {{"video", "copy", "codecs"}, "avc1.64001f\"\n"},
      {{"video", "copy", "codecs"}, "avc1.64\n01f"},
      {{"video", "copy", "bytes"}, json::array{1}},
      {{"video", "copy", "delay"}, 17},
      {{"video", "keyframes"}, json::array{INT64_MIN}},
      {{"video"}, "h264"},
      {{"sounds", std::size_t{0}, "channels"}, 0},
      {{"sounds", std::size_t{1}, "sample_rate"}, 0},
      {{"sounds", std::size_t{1}, "purpose"}, ""},
      {{"sounds"}, 5},
      {{"lost_sound", "reason"}, "not_a_video"},
      {{"lost_sound", "at_seconds"}, -1.0},
      {{"gap_at"}, -1.0}};
  for (const auto& [path, value] : cases) expect_refused(good, path, value, kReadInfo);
  const std::string long_title(kMaxTitleBytes + 1, 'x');
  expect_refused(good, {"sounds", std::size_t{1}, "title"}, json::value(long_title), kReadInfo);
  json::array many;
  for (std::size_t i = 0; i <= kMaxSounds; ++i)
    many.push_back(json::parse(good).at("sounds").at(0));
  expect_refused(good, {"sounds"}, many, kReadInfo);
}

TEST(SourceInfoJson, RefusesWhatIsNoJson) {
  for (const std::string_view text : {"", "{", "[]", "null", "{} {}"}) {
    EXPECT_FALSE(source_info_from_json(text)) << text;
    EXPECT_FALSE(plan_from_json(text)) << text;
  }
}

TEST(SourceInfoJson, TakesAMillsAnswerAsAnObject) {
  EXPECT_EQ(json::serialize(to_object(full_info())), to_json(full_info()));
}

}  // namespace
}  // namespace vodmill::plan
