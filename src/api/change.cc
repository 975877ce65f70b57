#include "api/change.h"

#include "api/creation.h"
#include "api/problem.h"
#include "base/json.h"

namespace vodmill::api {
namespace {

Result<int> priority_of(const json::value& value) {
  if (value.is_null()) return 0;
  boost::system::error_code error;
  const int priority = value.is_number() ? value.to_number<int>(error) : -1;
  return check_priority(error ? -1 : priority);
}

}  // namespace

Result<VideoChange> read_change(std::string_view body) {
  const json::value patch = TRY(parse_json(body));
  if (!patch.is_object()) return refuse("The body must be a JSON object, e.g. {\"priority\":3}.");
  VideoChange change;
  for (const auto& [name, value] : patch.get_object()) {
    if (name == "metadata") {
      if (!value.is_object() && !value.is_null()) {
        return no_metadata();
      }
      change.metadata_patch = json::serialize(value);
    } else if (name == "priority") {
      change.priority = TRY(priority_of(value));
    } else {
      return refuse("\"" + std::string(name) + "\" cannot be changed. metadata and priority can.");
    }
  }
  return change;
}

}  // namespace vodmill::api
