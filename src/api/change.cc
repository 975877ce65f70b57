#include "api/change.h"

#include "api/creation.h"
#include "api/json_parts.h"
#include "api/problem.h"
#include "base/printable.h"

namespace vodmill::api {

Result<VideoChange> read_change(std::string_view body) {
  const json::object patch =
      TRY(read_object("The body", body, "The body must be a JSON object, e.g. {\"priority\":3}."));
  VideoChange change;
  for (const auto& [name, value] : patch) {
    if (name == "metadata") {
      if (!value.is_object() && !value.is_null()) {
        return no_metadata();
      }
      change.metadata_patch = json::serialize(value);
    } else if (name == "priority") {
      change.priority = value.is_null() ? 0 : TRY(priority_from(value));
    } else {
      return refuse(in_quotes(name) + " cannot be changed. metadata and priority can.");
    }
  }
  return change;
}

}  // namespace vodmill::api
