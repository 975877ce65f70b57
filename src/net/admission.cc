#include "net/admission.h"

#include <algorithm>

#include "net/client_address.h"

namespace vodmill::net {
namespace {

constexpr std::chrono::seconds kPause{5};

Refusal overloaded() {
  return {503, HttpCode::overloaded, "The server has too many connections. Try again later.",
          kPause};
}

Refusal too_many_of(const std::string& client, std::size_t limit) {
  return {429, ErrorCode::rate_limited,
          "There are " + std::to_string(limit) + " connections from " + client +
              " already, and more are not allowed. Close some, or use one for several requests.",
          kPause};
}

}  // namespace

std::optional<Refusal> Admission::enter(const std::string& peer) {
  if (all_ >= options_.max_connections) return overloaded();
  if (!is_proxy(peer)) {
    const std::string client = client_key(peer);
    const auto count = clients_.find(client);
    if ((count == clients_.end() ? 0 : count->second) >= options_.max_client_connections) {
      return too_many_of(client, options_.max_client_connections);
    }
    ++clients_[client];
  }
  ++all_;
  return std::nullopt;
}

void Admission::leave(const std::string& peer) {
  --all_;
  if (is_proxy(peer)) return;
  const auto client = clients_.find(client_key(peer));
  if (--client->second == 0) clients_.erase(client);
}

bool Admission::is_proxy(const std::string& peer) const {
  return std::ranges::find(options_.trusted_proxies, peer) != options_.trusted_proxies.end();
}

}  // namespace vodmill::net
