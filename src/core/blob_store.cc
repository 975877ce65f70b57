#include "core/blob_store.h"

namespace vodmill {
namespace {

bool is_valid_component(std::string_view component) {
  // 255 is the longest name of a file.
  if (component.empty() || component.size() > 255) return false;
  if (component == "." || component == "..") return false;
  for (const char c : component) {
    const bool allowed =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!allowed) return false;
  }
  return true;
}

}  // namespace

bool is_valid_blob_key(std::string_view key) {
  if (key.empty() || key.size() > 512) return false;
  for (;;) {
    const std::size_t slash = key.find('/');
    if (!is_valid_component(key.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    key.remove_prefix(slash + 1);
  }
}

}  // namespace vodmill
