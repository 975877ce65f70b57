// /healthz and /readyz, for supervisors and load balancers. Handlers (net/router.h).
#pragma once

#include "api/ports.h"
#include "net/router.h"

namespace vodmill::api {

class Health {
 public:
  // The ports outlive it.
  explicit Health(const Ports& ports) : ports_(ports) {}

  // The process serves requests.
  Async<> alive(net::Request& request, net::ResponseWriter& response);

  // It can do its work: the catalog and the BlobStore answer within 2 s. 503 with the reason else.
  Async<> ready(net::Request& request, net::ResponseWriter& response);

 private:
  const Ports& ports_;
};

}  // namespace vodmill::api
