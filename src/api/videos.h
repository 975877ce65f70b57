// /v1/videos: what can be asked of and done to a video. Handlers (net/router.h).
#pragma once

#include "api/ports.h"
#include "net/router.h"

namespace vodmill::api {

class Videos {
 public:
  // Both outlive it.
  Videos(const Ports& ports, const ApiOptions& options) : ports_(ports), options_(options) {}

  Async<> list(net::Request& request, net::ResponseWriter& response);
  Async<> get(net::Request& request, net::ResponseWriter& response);
  Async<> update(net::Request& request, net::ResponseWriter& response);
  Async<> remove(net::Request& request, net::ResponseWriter& response);
  Async<> retry(net::Request& request, net::ResponseWriter& response);
  Async<> cancel(net::Request& request, net::ResponseWriter& response);

 private:
  const Ports& ports_;
  const ApiOptions& options_;
};

}  // namespace vodmill::api
