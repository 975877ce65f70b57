#include "net/range.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace vodmill::net {
namespace {

// A number too large for 64 bits is the largest one: it is past the end either way.
std::optional<std::int64_t> parse_position(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : std::numeric_limits<std::int64_t>::max();
}

RangeDecision suffix_range(std::int64_t wanted, std::int64_t size) {
  if (wanted == 0 || size == 0) return {.status = 416};
  const std::int64_t length = std::min(wanted, size);
  return {.status = 206, .offset = size - length, .length = length};
}

std::string_view opaque_tag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

}  // namespace

std::string RangeDecision::content_range(std::int64_t size) const {
  if (status == 416) return "bytes */" + std::to_string(size);
  return "bytes " + std::to_string(offset) + "-" + std::to_string(offset + length - 1) + "/" +
         std::to_string(size);
}

RangeDecision decide_range(std::optional<std::string_view> range, std::int64_t size) {
  const RangeDecision whole{.status = 200, .offset = 0, .length = size};
  constexpr std::string_view kUnit = "bytes=";
  if (!range || !equal_ignoring_case(range->substr(0, kUnit.size()), kUnit)) return whole;
  const std::string_view spec = trim(range->substr(kUnit.size()));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::optional<std::int64_t> first = parse_position(spec.substr(0, dash));
  const std::optional<std::int64_t> last = parse_position(spec.substr(dash + 1));
  const bool open_end = dash + 1 == spec.size();
  if (dash == 0) return last ? suffix_range(*last, size) : whole;
  if (!first || (!last && !open_end) || (last && *last < *first)) return whole;
  if (*first >= size) return {.status = 416};
  const std::int64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {.status = 206, .offset = *first, .length = end - *first + 1};
}

RangeDecision decide_range(const Headers& request, std::string_view etag, std::int64_t size) {
  const std::optional<std::string_view> if_range = request.find("If-Range");
  if (if_range && (*if_range != etag || etag.starts_with("W/"))) {
    return decide_range(std::nullopt, size);
  }
  return decide_range(request.find("Range"), size);
}

bool matches_none_match(std::optional<std::string_view> if_none_match, std::string_view etag) {
  if (!if_none_match) return false;
  std::string_view list = *if_none_match;
  if (trim(list) == "*") return true;
  while (!list.empty()) {
    if (opaque_tag(take_list_member(list)) == opaque_tag(etag)) return true;
  }
  return false;
}

}  // namespace vodmill::net
