#include "plan/ladder_policy.h"

#include <spdlog/fmt/fmt.h>

#include "base/printable.h"

namespace vodmill::plan {
namespace {

json::value or_null(std::optional<int> number) {
  return number ? json::value(*number) : json::value();
}

Result<std::optional<int>> read_member(std::string_view name, const json::value& value, int least,
                                       int most) {
  if (value.is_null()) return std::nullopt;
  boost::system::error_code error;
  const int number = value.is_number() ? value.to_number<int>(error) : -1;
  if (!error && number >= least && number <= most) return number;
  return fail(ErrorCode::invalid_request,
              fmt::format("ladder.{} must be a whole number from {} to {}.", name, least, most));
}

}  // namespace

json::object to_object(const LadderPolicy& policy) {
  return {{"max_height", or_null(policy.max_height)},
          {"max_renditions", or_null(policy.max_renditions)}};
}

Result<LadderPolicy> read_ladder_policy(std::string_view text) {
  const Result<json::value> document = parse_json(text);
  if (!document || !document->is_object()) {
    return fail(ErrorCode::invalid_request,
                "ladder must be a JSON object, e.g. {\"max_height\":720}.");
  }
  LadderPolicy policy;
  for (const auto& [name, value] : document->get_object()) {
    if (name == "max_height") {
      policy.max_height = TRY(read_member(name, value, kLeastMaxHeight, kLargestMaxHeight));
    } else if (name == "max_renditions") {
      policy.max_renditions = TRY(read_member(name, value, kLeastRenditions, kMostRenditions));
    } else {
      return fail(
          ErrorCode::invalid_request,
          in_quotes(name) + " is unknown in ladder. max_height and max_renditions are known.");
    }
  }
  return policy;
}

}  // namespace vodmill::plan
