// /healthz and /readyz, for supervisors and load balancers. Handlers (net/router.h).
#pragma once

#include <memory>

#include "api/ports.h"
#include "net/router.h"

namespace vodmill::api {

class Health {
 public:
  // The ports outlive it. patience: how long ready() waits for them.
  Health(const Ports& ports, Milliseconds patience) : ports_(ports), patience_(patience) {}

  // The process serves requests.
  Async<> alive(net::Request& request, net::ResponseWriter& response);

  // It can do its work: the catalog and the BlobStore answer in time. 503 with the reason else.
  Async<> ready(net::Request& request, net::ResponseWriter& response);

 private:
  struct Probe;

  asio::awaitable<void> run(std::shared_ptr<Probe> probe);

  const Ports& ports_;
  const Milliseconds patience_;
  std::shared_ptr<Probe> probe_;  // the look under way: a store that hangs is asked once
};

}  // namespace vodmill::api
