#include "catalog/merge_patch.h"

namespace vodmill::catalog {

json::value merge_patch(json::value target, const json::value& patch) {
  if (!patch.is_object()) return patch;
  json::object merged = target.is_object() ? std::move(target.get_object()) : json::object();
  for (const auto& [name, change] : patch.get_object()) {
    if (change.is_null()) {
      merged.erase(name);
    } else {
      json::value& member = merged[name];
      member = merge_patch(std::move(member), change);
    }
  }
  return merged;
}

}  // namespace vodmill::catalog
