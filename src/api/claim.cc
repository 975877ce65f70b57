#include "api/claim.h"

#include <algorithm>

#include "api/sha256.h"
#include "base/log.h"

namespace vodmill::api {
namespace {

constexpr std::size_t kLongestKey = 255;
constexpr Milliseconds kRenewal = kClaimLease / 6;

std::string fingerprint_of(const net::Request& request, std::string_view document) {
  const std::optional<std::int64_t> length = request.body.declared_length();
  std::string text(name_of(request.method()));
  text += '\n' + request.path() + '\n' + (length ? std::to_string(*length) : "chunked");
  for (const char* name : {"metadata", "priority"}) {
    text.append("\n").append(request.query(name).value_or(""));
  }
  // One without them is what it was before they were there: keys are kept for a day.
  if (const auto owner = request.query("owner")) text.append("\n").append(*owner);
  if (const auto ladder = request.query("ladder")) text.append("\nladder\n").append(*ladder);
  if (!document.empty()) text.append("\n").append(document);
  return sha256_hex(as_bytes(text));
}

}  // namespace

Result<std::optional<KeyClaim>> read_claim(const net::Request& request, VideoId video,
                                           std::string_view document) {
  std::optional<std::string_view> key = request.header("Idempotency-Key");
  if (!key) return std::nullopt;
  // The draft has it as a quoted string, most clients send it bare.
  if (key->size() > 1 && key->starts_with('"') && key->ends_with('"')) {
    key = key->substr(1, key->size() - 2);
  }
  const bool visible = std::ranges::all_of(*key, [](char c) { return c > ' ' && c < '\x7f'; });
  if (key->empty() || key->size() > kLongestKey || !visible) {
    return fail(ErrorCode::invalid_request,
                "Idempotency-Key must be 1 to 255 visible ASCII characters, e.g. a UUID.");
  }
  return KeyClaim{.key = std::string(*key),
                  .fingerprint = fingerprint_of(request, document),
                  .video = std::move(video)};
}

std::string details_of(const Creation& creation) {
  const auto number = [](std::optional<int> wanted) {
    return wanted ? std::to_string(*wanted) : std::string("-");
  };
  const std::string text = creation.metadata_text() + '\n' + std::to_string(creation.priority) +
                           '\n' + number(creation.ladder.max_height) + '\n' +
                           number(creation.ladder.max_renditions) + '\n' + creation.owner;
  return sha256_hex(as_bytes(text));
}

Async<std::size_t> ClaimedBody::read(std::span<std::byte> into) {
  const Steady::time_point now = Steady::now();
  if (now - renewed_ > kRenewal) {
    renewed_ = now;
    const Result<> renewed = co_await keys_.renew(claim_, kClaimLease);
    if (!renewed) log::warn("renew an Idempotency-Key: {}", renewed.error().message);
  }
  co_return co_await body_.read(into);
}

}  // namespace vodmill::api
