#include "sandbox/stage_times.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace vodmill::sandbox {
namespace {

constexpr std::size_t kMostTimes = 64;
constexpr std::int64_t kLongestMicroseconds = std::int64_t{86'400} * 1'000'000;
constexpr int kMostRenditions = 16;

bool is_rendition(std::string_view name) {
  for (int i = 0; i < kMostRenditions; ++i) {
    if (name == "v" + std::to_string(i)) return true;
  }
  return false;
}

std::unexpected<Error> wrong(std::string_view what) {
  return fail(ErrorCode::malformed_input, "A mill's times have " + std::string(what) + ".");
}

Result<StageTime> stage_time_from(const json::value& value) {
  const json::array* parts = value.if_array();
  if (!parts || parts->size() != 3) return wrong("an entry of another shape");
  const json::string* name = parts->at(0).if_string();
  const json::string* rendition = parts->at(1).if_string();
  const std::int64_t* time = parts->at(2).if_int64();
  if (!name || !rendition || !time) return wrong("an entry of another shape");
  const auto stage = std::ranges::find(kAllStages, std::string_view(*name), name_of);
  if (stage == kAllStages.end()) return wrong("a stage that there is not");
  if (*stage == Stage::encode ? !is_rendition(*rendition) : !rendition->empty()) {
    return wrong("a rendition that there is not");
  }
  if (*time < 0 || *time > kLongestMicroseconds) return wrong("one that is out of range");
  return StageTime{*stage, std::string(*rendition), std::chrono::microseconds(*time)};
}

}  // namespace

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::start_up:
      return "start_up";
    case Stage::read:
      return "read";
    case Stage::decode:
      return "decode";
    case Stage::filter:
      return "filter";
    case Stage::scale:
      return "scale";
    case Stage::pictures:
      return "pictures";
    case Stage::encode:
      return "encode";
    case Stage::mux:
      return "mux";
    case Stage::write:
      return "write";
    case Stage::sound:
      return "sound";
    case Stage::probe:
      return "probe";
    case Stage::rest:
      return "rest";
  }
  std::unreachable();
}

json::array to_json(const StageTimes& times) {
  json::array array;
  for (const StageTime& each : times) {
    array.push_back(json::array{name_of(each.stage), each.rendition, each.time.count()});
  }
  return array;
}

Result<StageTimes> stage_times_from(const json::value& value) {
  const json::array* array = value.if_array();
  if (!array || array->size() > kMostTimes) return wrong("no such shape");
  StageTimes times;
  for (const json::value& each : *array) times.push_back(TRY(stage_time_from(each)));
  return times;
}

}  // namespace vodmill::sandbox
