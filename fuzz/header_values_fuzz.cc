// Any text as the value of each header that net/ reads: Range and its conditions, Accept-Encoding,
// X-Forwarded-For, Content-Type with its parameters, and lists.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/client_address.h"
#include "net/gzip.h"
#include "net/multipart.h"
#include "net/parameter.h"
#include "net/range.h"

namespace vodmill {
namespace {

void check_range(std::string_view text, std::int64_t size) {
  const net::RangeDecision decision = net::decide_range(text, size);
  const bool inside = decision.offset >= 0 && decision.length >= 0 && decision.offset <= size &&
                      decision.length <= size - decision.offset;
  if (!inside) std::abort();
  if (decision.status == 200 && decision.length != size) std::abort();
  if (decision.status == 206 && decision.length == 0) std::abort();
  if (decision.status == 416 && decision.length != 0) std::abort();
  if (decision.content_range(size).empty()) std::abort();
}

void check_address(std::string_view text) {
  const std::string peer = "192.0.2.1";
  const std::string other = "192.0.2.2";
  net::Headers headers;
  headers.add("X-Forwarded-For", std::string(text));
  // A stranger's word is worth nothing; a proxy's names an address that is none of the proxies'.
  if (net::client_address(peer, headers, {other}) != peer) std::abort();
  const std::string client = net::client_address(peer, headers, {peer, other});
  if (net::canonical_address(client) != client || client == other) std::abort();
  const std::string key = net::client_key(client);
  if (key.empty() || net::client_key(key) != key) std::abort();
  const auto canonical = net::canonical_address(text);
  if (canonical && net::canonical_address(*canonical) != canonical) std::abort();
}

void check_parameters(std::string_view text) {
  std::string_view rest = net::split_parameters(text).parameters;
  while (!rest.empty()) {
    const std::size_t before = rest.size();
    const net::HeaderField field = net::take_parameter(rest);
    if (rest.size() >= before || field.value.size() > before) std::abort();
  }
  std::string_view list = text;
  while (!list.empty()) {
    const std::size_t before = list.size();
    const std::string_view member = net::take_list_member(list);
    if (list.size() >= before || member.find(',') != std::string_view::npos) std::abort();
  }
  const auto boundary = net::boundary_of(text);
  if (boundary && (boundary->empty() || boundary->size() > 70)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::int64_t bytes :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{100}, INT64_MAX}) {
    check_range(text, bytes);
    check_range("bytes=" + std::string(text), bytes);
  }
  net::matches_none_match(text, "\"tag\"");
  net::accepts_gzip(text);
  check_address(text);
  check_parameters(text);
  return 0;
}

}  // namespace vodmill
