#include "plan/json_fields.h"

namespace vodmill::plan {

std::unexpected<Error> out_of_range(std::string_view key) {
  return fail(ErrorCode::malformed_input, std::string(key) + " is out of range");
}

Result<std::int64_t> get_between(const json::object& object, std::string_view key, std::int64_t low,
                                 std::int64_t high) {
  const std::int64_t value = TRY(get_int(object, key));
  if (value < low || value > high) return out_of_range(key);
  return value;
}

Result<int> get_small(const json::object& object, std::string_view key, int low, int high) {
  return static_cast<int>(TRY(get_between(object, key, low, high)));
}

Result<std::int64_t> get_ticks(const json::object& object, std::string_view key) {
  return get_between(object, key, -kMaxTicks, kMaxTicks);
}

Result<double> get_seconds(const json::object& object, std::string_view key) {
  constexpr double kMaxSeconds = 1e9;
  const double value = TRY(get_double(object, key));
  if (!(value >= 0 && value <= kMaxSeconds)) return out_of_range(key);
  return value;
}

Result<Rational> get_rational(const json::object& object, std::string_view key, bool may_be_zero) {
  const json::array& pair = *TRY(get_array(object, key));
  if (pair.size() != 2 || !pair[0].is_int64() || !pair[1].is_int64()) return out_of_range(key);
  const Rational value{pair[0].get_int64(), pair[1].get_int64()};
  constexpr std::int64_t kMax = INT32_MAX;
  if (value.num < (may_be_zero ? 0 : 1) || value.num > kMax) return out_of_range(key);
  if (value.den < 1 || value.den > kMax) return out_of_range(key);
  return value;
}

Result<std::string> get_field_order(const json::object& object) {
  constexpr std::string_view kKey = "field_order";
  if (!object.contains(kKey)) return std::string();
  std::string order = TRY(get_string(object, kKey));
  if (!order.empty() && order != "tff" && order != "bff") return out_of_range(kKey);
  return order;
}

Result<std::vector<std::int64_t>> get_ascending(const json::object& object, std::string_view key) {
  std::vector<std::int64_t> values;
  for (const json::value& value : *TRY(get_array(object, key))) {
    if (!value.is_int64()) return out_of_range(key);
    const std::int64_t number = value.get_int64();
    if (number < -kMaxTicks || number > kMaxTicks) return out_of_range(key);
    if (!values.empty() && number <= values.back()) return out_of_range(key);
    values.push_back(number);
  }
  return values;
}

Result<std::vector<std::string>> get_strings(const json::object& object, std::string_view key) {
  std::vector<std::string> values;
  for (const json::value& value : *TRY(get_array(object, key))) {
    if (!value.is_string()) return out_of_range(key);
    values.emplace_back(value.get_string());
  }
  return values;
}

Result<SoundPurpose> get_purpose(const json::object& object, std::string_view key) {
  const std::string name = TRY(get_string(object, key));
  const auto purpose = sound_purpose_from(name);
  return purpose ? Result<SoundPurpose>(*purpose) : out_of_range(key);
}

Result<const json::object*> as_object(const json::value& value, std::string_view what) {
  if (!value.is_object()) return out_of_range(what);
  return &value.get_object();
}

Result<const json::object*> optional_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value || value->is_null()) return nullptr;
  return as_object(*value, key);
}

json::array to_json(Rational r) { return {r.num, r.den}; }

}  // namespace vodmill::plan
