// What a mill's processor time went into, as it says itself at its end. Pure.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace vodmill::sandbox {

enum class Stage {
  start_up,  // of the process: exec, warming up, locking itself in
  read,      // asking the worker for the source's bytes
  decode,    // of the picture, with finding its packets
  filter,    // turning, deinterlacing, colours
  scale,     // down the ladder
  pictures,  // choosing and painting what the storyboard and posters show
  encode,    // of one rendition
  mux,
  write,  // of segments, to the worker
  sound,  // all of it but reading and writing
  probe,  // all of it but reading
  rest,   // handing pictures from thread to thread, and what nobody counted
};

std::string_view name_of(Stage stage);

// Every one, in the order in which a picture goes through them.
inline constexpr std::array kAllStages{
    Stage::start_up, Stage::probe,  Stage::read, Stage::decode, Stage::filter, Stage::scale,
    Stage::pictures, Stage::encode, Stage::mux,  Stage::write,  Stage::sound,  Stage::rest};

struct StageTime {
  Stage stage = Stage::rest;
  std::string rendition;  // "v0" to "v15" of encode, else ""
  std::chrono::microseconds time{0};
};

using StageTimes = std::vector<StageTime>;

// As [["encode", "v0", 1234567], ...].
json::array to_json(const StageTimes& times);

// Of what a mill wrote. malformed_input: a stage or rendition that cannot be, a time that is
// negative or longer than a day, more entries than a mill has.
Result<StageTimes> stage_times_from(const json::value& value);

}  // namespace vodmill::sandbox
