// Any text as JSON, which can be written and read again, and two documents as a merge patch: the
// same patch twice changes nothing more.
#include <cstdint>
#include <cstdlib>

#include "base/json.h"
#include "catalog/merge_patch.h"

namespace vodmill {
namespace {

void check_getters(const json::object& object) {
  for (const auto& [key, value] : object) {
    static_cast<void>(get_int(object, key));
    static_cast<void>(get_double(object, key));
    static_cast<void>(get_bool(object, key));
    static_cast<void>(get_string(object, key));
    static_cast<void>(get_array(object, key));
    static_cast<void>(get_object(object, key));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = text.find('\n');
  const auto document = parse_json(text.substr(0, middle));
  if (!document) return 0;
  if (!parse_json(json::serialize(*document))) std::abort();
  if (document->is_object()) check_getters(document->get_object());
  if (middle == std::string_view::npos) return 0;
  const auto patch = parse_json(text.substr(middle + 1));
  if (!patch) return 0;
  const json::value merged = catalog::merge_patch(*document, *patch);
  if (catalog::merge_patch(merged, *patch) != merged) std::abort();
  return 0;
}

}  // namespace vodmill
