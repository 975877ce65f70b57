// Any text as each thing that api/ reads out of a request: metadata, priority, ladder, changes,
// file names, limits, ids of events, documents that name an object, and the headers Prefer,
// Idempotency-Key, Host, Origin and Content-Disposition.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/change.h"
#include "api/claim.h"
#include "api/creation.h"
#include "api/document.h"
#include "api/foreign_site.h"
#include "api/paging.h"
#include "api/prefer.h"
#include "api/teller.h"
#include "core/blob_store.h"
#include "core/source.h"
#include "plan/ladder_policy.h"

namespace vodmill {
namespace {

class NoBody final : public net::BodyStream {
 public:
  std::optional<std::int64_t> declared_length() const override { return 0; }
  Async<std::size_t> read(std::span<std::byte>) override { co_return 0; }
};

constexpr int kMostOfAPage = 200;
constexpr std::size_t kLongestKey = 255;

net::RequestHead head_with(const std::string& text) {
  net::RequestHead head;
  head.method = net::Method::post;
  head.target.path = "/v1/videos";
  for (const char* name : {"metadata", "priority", "ladder", "limit"}) {
    head.target.query.push_back({name, text});
  }
  for (const char* name : {"Prefer", "Idempotency-Key", "Host", "Origin", "Content-Disposition"}) {
    head.headers.add(name, text);
  }
  return head;
}

void check_name(const std::string& name) {
  if (name.find_first_of("/\\") != std::string::npos) std::abort();
  // It goes into JSON, so it must come out of it.
  if (!parse_json(json::serialize(json::value(name)))) std::abort();
}

void check_document(const std::string& text) {
  api::Creation creation;
  const auto key = api::read_document(creation, text);
  if (!key) return;
  if (!is_valid_blob_key(key->str()) || !key->str().starts_with(kInbox)) std::abort();
  if (!parse_json(creation.metadata_text())) std::abort();
}

void check_event_id(const std::string& text) {
  const auto id = api::read_event_id(text, "Last-Event-ID");
  if (!id) return;
  if (id->has_value() == text.empty() || id->value_or(0) < 0) std::abort();
}

void check_request(const std::string& text) {
  NoBody body;
  const net::Request request{head_with(text), body, "192.0.2.1", "192.0.2.1"};
  const auto creation = api::read_creation(request);
  if (creation && !parse_json(creation->metadata_text())) std::abort();
  const auto limit = api::read_limit(request, 1);
  if (limit && (*limit < 1 || *limit > kMostOfAPage)) std::abort();
  const auto claim = api::read_claim(request, VideoId("v"), text);
  if (claim && *claim && ((*claim)->key.empty() || (*claim)->key.size() > kLongestKey)) {
    std::abort();
  }
  const auto wait = api::preferred_wait(request.head.headers);
  if (wait && (wait->count() < 0 || *wait > api::kLongestWait)) std::abort();
  // Host and Origin are the same text here: it may pass only as a name of loopback.
  if (!api::refuse_foreign(request.head, {}) && !api::is_loopback_host(text)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto metadata = api::read_metadata(text);
  if (metadata && !parse_json(json::serialize(*metadata))) std::abort();
  const auto priority = api::read_priority(text);
  if (priority && !api::check_priority(*priority)) std::abort();
  const auto ladder = plan::read_ladder_policy(text);
  if (ladder && plan::read_ladder_policy(json::serialize(plan::to_object(*ladder))) != *ladder) {
    std::abort();
  }
  const auto change = api::read_change(text);
  if (change && !parse_json(change->metadata_patch)) std::abort();
  check_name(api::filename_of(text));
  check_name(api::clean_filename(text));
  for (const auto fields : {api::FormFields::known, api::FormFields::all}) {
    static_cast<void>(api::refuse_media_type(net::Method::post, text, fields));
  }
  check_document(text);
  check_event_id(text);
  check_request(text);
  return 0;
}

}  // namespace vodmill
