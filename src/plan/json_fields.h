// Members of JSON objects, read within their ranges, for the files of this folder.
//
// Pure. Every reader fails with malformed_input, naming the member, where it is missing, of another
// type or out of its range.
// Fuzzed by: fuzz/source_info_fuzz.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/rational.h"
#include "core/sound.h"

namespace vodmill::plan {

inline constexpr std::int64_t kMaxTicks = std::int64_t{1} << 56;  // of any clock, and of frames
inline constexpr int kMaxSide = 32768;                            // of a picture

std::unexpected<Error> out_of_range(std::string_view key);

// From low to high.
Result<std::int64_t> get_between(const json::object& object, std::string_view key, std::int64_t low,
                                 std::int64_t high);
Result<int> get_small(const json::object& object, std::string_view key, int low, int high);

Result<std::int64_t> get_ticks(const json::object& object, std::string_view key);

// From 0 to a billion.
Result<double> get_seconds(const json::object& object, std::string_view key);

// A fraction that is not negative; zero only if `may_be_zero`.
Result<Rational> get_rational(const json::object& object, std::string_view key, bool may_be_zero);

// Ticks, each larger than the one before.
Result<std::vector<std::int64_t>> get_ascending(const json::object& object, std::string_view key);
Result<std::vector<std::string>> get_strings(const json::object& object, std::string_view key);

// "field_order": "", "tff" or "bff"; "" where there is none.
Result<std::string> get_field_order(const json::object& object);

Result<SoundPurpose> get_purpose(const json::object& object, std::string_view key);

// `what` is named where it is none.
Result<const json::object*> as_object(const json::value& value, std::string_view what);

// Absent and null both mean none: nullptr.
Result<const json::object*> optional_object(const json::object& object, std::string_view key);

json::array to_json(Rational r);

template <class T>
json::array to_array(const std::vector<T>& values) {
  return json::array(values.begin(), values.end());
}

}  // namespace vodmill::plan
