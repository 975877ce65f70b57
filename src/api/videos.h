// /v1/videos: uploads, and what can be asked of and done to a video. Handlers (net/router.h).
#pragma once

#include "api/ports.h"
#include "net/router.h"

namespace vodmill::api {

class Videos {
 public:
  // Both outlive it.
  Videos(const Ports& ports, const ApiOptions& options) : ports_(ports), options_(options) {}

  // The body is the original's bytes. 201 with the video once they are durable.
  Async<> create(net::Request& request, net::ResponseWriter& response);

  Async<> list(net::Request& request, net::ResponseWriter& response);
  Async<> get(net::Request& request, net::ResponseWriter& response);
  Async<> remove(net::Request& request, net::ResponseWriter& response);
  Async<> retry(net::Request& request, net::ResponseWriter& response);
  Async<> cancel(net::Request& request, net::ResponseWriter& response);

 private:
  Async<Video> receive_video(net::Request& request);

  const Ports& ports_;
  const ApiOptions& options_;
};

}  // namespace vodmill::api
