// vodmill's HTTP API: every route below /v1 and /play, the health checks, the metrics and the page.
//
// Made by app/ before the server and outliving it. All handlers run on the server's one executor
// and never block it. What calls mean is in openapi.json and docs/http_api.md.
//
//   api::Api api(ports, options);
//   net::Router router;
//   api.add_routes(router);
//   net::Server::listen(executor, server_options, api.hooks(router), clock);
#pragma once

#include <string_view>
#include <vector>

#include "api/events.h"
#include "api/health.h"
#include "api/jobs.h"
#include "api/metrics.h"
#include "api/old_routes.h"
#include "api/page.h"
#include "api/playback.h"
#include "api/ports.h"
#include "api/rate_limits.h"
#include "api/socket.h"
#include "api/stills.h"
#include "api/uploads.h"
#include "api/videos.h"
#include "net/server.h"

namespace vodmill::api {

struct Route {
  net::Method method;
  std::string_view pattern;  // as net::Router takes it
  Toll toll;
  net::Handler handler;
};

class Api {
 public:
  Api(Ports ports, ApiOptions options);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Adds all of it, each behind the guard against foreign sites and the limits of rates, and the
  // preflight of CORS.
  void add_routes(net::Router& router);

  // The same without the page's files.
  std::vector<Route> routes();

  // For net::Server: the router, which must outlive the server, with error_answer() and decorate().
  net::ServerHooks hooks(const net::Router& router) const;

 private:
  net::Handler guarded(Toll toll, net::Handler handler);

  const Ports ports_;
  const ApiOptions options_;
  RateLimits rates_;
  Uploads uploads_;
  OldRoutes old_routes_;
  Videos videos_;
  Stills stills_;
  Events events_;
  Sockets sockets_;
  Jobs jobs_;
  Playback playback_;
  Health health_;
  Metrics metrics_;
  Page page_;
};

// The answer for a handler's error, as problem+json. What a server error says is logged and not
// shown.
net::Response error_answer(const Error& error, const net::Request& request);

// Lets every site's player read what is below /play.
void decorate(const net::Request& request, net::ResponseHead& head);

}  // namespace vodmill::api
