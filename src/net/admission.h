// How many connections a server has, in all and of each client. Internal to net/; pure. Memory: an
// entry for each client that has a connection.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "net/refusal.h"
#include "net/server.h"

namespace vodmill::net {

class Admission {
 public:
  // The options outlive it.
  explicit Admission(const ServerOptions& options) : options_(options) {}

  // Counts a connection from this address; or says why it must not be: 503 overloaded, 429
  // rate_limited. It then is not counted.
  std::optional<Refusal> enter(const std::string& peer);
  // REQUIRES: enter() has counted it.
  void leave(const std::string& peer);

  std::size_t clients() const { return clients_.size(); }

 private:
  bool is_proxy(const std::string& peer) const;

  const ServerOptions& options_;
  std::size_t all_ = 0;
  std::map<std::string, std::size_t> clients_;  // by client_key(); without trusted proxies
};

}  // namespace vodmill::net
