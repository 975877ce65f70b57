#include "net/client_address.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <ranges>

namespace vodmill::net {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> parse(std::string_view text) {
  boost::system::error_code error;
  ip::address address = ip::make_address(text, error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

}  // namespace

std::optional<std::string> canonical_address(std::string_view text) {
  const std::optional<ip::address> address = parse(text);
  if (!address) return std::nullopt;
  return address->to_string();
}

std::string client_address(const std::string& peer, const Headers& headers,
                           const std::vector<std::string>& trusted) {
  const auto is_trusted = [&](const std::string& address) {
    return std::ranges::find(trusted, address) != trusted.end();
  };
  if (!is_trusted(peer)) return peer;
  std::vector<std::string_view> hops;
  for (const HeaderField& field : headers) {
    if (!equal_ignoring_case(field.name, "X-Forwarded-For")) continue;
    std::string_view list = field.value;
    while (!list.empty()) hops.push_back(take_list_member(list));
  }
  for (const std::string_view hop : hops | std::views::reverse) {
    const std::optional<std::string> address = canonical_address(hop);
    if (!address) return peer;
    if (!is_trusted(*address)) return *address;
  }
  return peer;
}

std::string client_key(std::string_view address) {
  const std::optional<ip::address> parsed = parse(address);
  if (!parsed || parsed->is_v4()) return std::string(address);
  ip::address_v6::bytes_type bytes = parsed->to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return ip::address_v6(bytes).to_string();
}

}  // namespace vodmill::net
