#include "api/document.h"

#include "api/json_parts.h"
#include "api/problem.h"
#include "base/printable.h"
#include "core/blob_store.h"
#include "core/source.h"

namespace vodmill::api {
namespace {

std::string advice() {
  return "source must name an object of the store, e.g. {\"source\":{\"key\":\"" +
         std::string(kInbox) + "holiday.mov\"}}.";
}

std::unexpected<Error> no_source() { return refuse(advice()); }

Result<BlobKey> read_source(const json::value& source) {
  if (!source.is_object()) return no_source();
  const json::object& object = source.get_object();
  if (object.contains("url")) {
    return fail(ErrorCode::fetch_blocked,
                "Videos are not fetched from URLs. Upload the bytes, or name an object of the "
                "store as source.key.");
  }
  const json::value* key = object.if_contains("key");
  if (!key || !key->is_string() || object.size() != 1) return no_source();
  const std::string_view text = key->get_string();
  if (is_valid_blob_key(text) && text.starts_with(kInbox)) return BlobKey(std::string(text));
  return refuse(
      "source.key must begin with " + std::string(kInbox) +
      " and be names of a-z, 0-9, '.', '_' and '-', of at most 255 characters each and 512 in "
      "all, separated by single slashes.");
}

Result<> take_member(Creation& creation, std::string_view name, const json::value& value) {
  if (name == "priority") {
    creation.priority = TRY(priority_from(value));
    return {};
  }
  if (name == "owner") {
    if (!value.is_string()) return refuse("owner must be a string.");
    return take_field(creation, name, value.get_string());
  }
  return take_field(creation, name, json::serialize(value));
}

}  // namespace

Result<BlobKey> read_document(Creation& creation, std::string_view text) {
  const json::object document = TRY(read_object("The body", text, advice()));
  for (const auto& [name, value] : document) {
    if (name == "source") continue;
    if (!is_known_field(name)) {
      return refuse(in_quotes(name) +
                    " is unknown here. source, metadata, priority, ladder and owner are known; "
                    "whatever else belongs into metadata.");
    }
    TRY_VOID(take_member(creation, name, value));
  }
  const json::value* source = document.if_contains("source");
  if (!source) return no_source();
  BlobKey key = TRY(read_source(*source));
  if (creation.filename.empty()) creation.filename = clean_filename(key.str());
  return key;
}

}  // namespace vodmill::api
