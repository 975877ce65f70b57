#include "api/api.h"

#include "api/access_log.h"
#include "api/answers.h"
#include "api/foreign_site.h"
#include "api/openapi.h"
#include "api/problem.h"
#include "base/log.h"
#include "net/refusal.h"

namespace vodmill::api {
namespace {

using net::Method;
using net::Request;
using net::ResponseWriter;

bool is_playback(const Request& request) { return request.path().starts_with("/play/"); }

Async<> send_openapi(Request&, ResponseWriter& response) {
  net::Response answer{
      .head = {.status = 200,
               .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}}},
      .body = std::string(openapi())};
  co_return co_await response.send(std::move(answer));
}

// What a player on another site may send, beyond what needs no permission.
void allow_players(const Request& request, net::ResponseHead& head) {
  if (!is_playback(request)) return;
  head.headers.set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
  head.headers.set("Access-Control-Allow-Headers", "Range, If-Range, If-None-Match");
  head.headers.set("Access-Control-Max-Age", "86400");
}

// A Handler that calls this member function.
template <class Resource>
net::Handler to(Resource& resource, Async<> (Resource::*function)(Request&, ResponseWriter&)) {
  return [&resource, function](Request& request, ResponseWriter& response) {
    return (resource.*function)(request, response);
  };
}

}  // namespace

Api::Api(Ports ports, ApiOptions options)
    : ports_(ports),
      options_(std::move(options)),
      rates_(options_.rates),
      uploads_(ports_, options_),
      old_routes_(ports_, uploads_),
      videos_(ports_, options_),
      stills_(ports_, options_),
      events_(ports_),
      sockets_(ports_),
      jobs_(ports_, options_),
      playback_(ports_, options_.hold),
      health_(ports_, options_),
      metrics_(ports_, options_) {}

std::vector<Route> Api::routes() {
  std::vector<Route> routes{
      {Method::post, "/v1/videos", Toll::creation, to(uploads_, &Uploads::create)},
      {Method::put, "/v1/videos", Toll::creation, to(uploads_, &Uploads::create)},
      {Method::put, "/v1/videos/{filename}", Toll::creation, to(uploads_, &Uploads::create)},
      {Method::get, "/v1/videos", Toll::call, to(videos_, &Videos::list)},
      {Method::get, "/v1/videos/{id}", Toll::call, to(videos_, &Videos::get)},
      {Method::get, "/v1/videos/{id}/thumbnail.jpg", Toll::call, to(stills_, &Stills::get)},
      {Method::patch, "/v1/videos/{id}", Toll::call, to(videos_, &Videos::update)},
      {Method::remove, "/v1/videos/{id}", Toll::call, to(videos_, &Videos::remove)},
      {Method::post, "/v1/videos/{id}/retry", Toll::creation, to(videos_, &Videos::retry)},
      {Method::post, "/v1/videos/{id}/cancel", Toll::call, to(videos_, &Videos::cancel)},
      {Method::get, "/v1/videos/{id}/events", Toll::call, to(events_, &Events::follow_video)},
      {Method::get, "/v1/events", Toll::call, to(events_, &Events::follow_all)},
      {Method::get, "/v1/ws", Toll::call, to(sockets_, &Sockets::follow)},
      {Method::get, "/v1/jobs", Toll::call, to(jobs_, &Jobs::list)},
      {Method::get, "/v1/jobs/{id}", Toll::call, to(jobs_, &Jobs::get)},
      {Method::post, "/v1/jobs/{id}/retry", Toll::creation, to(jobs_, &Jobs::retry)},
      {Method::post, "/v1/jobs/{id}/cancel", Toll::call, to(jobs_, &Jobs::cancel)},
      {Method::get, "/v1/queue", Toll::call, to(jobs_, &Jobs::queue)},
      {Method::get, "/v1/workers", Toll::call, to(jobs_, &Jobs::workers)},
      {Method::get, "/play/{id}/{rest...}", Toll::none, to(playback_, &Playback::play)},
      {Method::get, "/healthz", Toll::none, to(health_, &Health::alive)},
      {Method::get, "/readyz", Toll::none, to(health_, &Health::ready)},
      {Method::get, "/metrics", Toll::none, to(metrics_, &Metrics::show)},
      {Method::get, "/openapi.json", Toll::call, send_openapi},
  };
  if (options_.compat_routes) {
    const net::Handler upload = to(old_routes_, &OldRoutes::upload);
    const net::Handler process = to(old_routes_, &OldRoutes::upload_and_process);
    const net::Handler status = to(old_routes_, &OldRoutes::status);
    routes.emplace_back(Method::post, "/api/video/upload", Toll::creation, upload);
    routes.emplace_back(Method::post, "/api/video/upload-process", Toll::creation, process);
    routes.emplace_back(Method::get, "/api/video/status", Toll::call, status);
    routes.emplace_back(Method::get, "/api/video/status/{id}", Toll::call, status);
  }
  return routes;
}

void Api::add_routes(net::Router& router) {
  for (Route& route : routes()) {
    router.add(route.method, route.pattern, guarded(route.toll, std::move(route.handler)));
  }
  for (const std::string& path : page_.paths()) {
    router.add(Method::get, path, guarded(Toll::call, to(page_, &Page::send)), "page");
  }
  router.set_preflight(allow_players);
}

net::Handler Api::guarded(Toll toll, net::Handler handler) {
  return [this, toll, handler = std::move(handler)](Request& request, ResponseWriter& response) {
    std::optional<net::Refusal> refusal = refuse_foreign(request.head, options_);
    if (!refusal) refusal = rates_.refuse(toll, request, std::chrono::steady_clock::now());
    if (refusal) return send_refusal(std::move(*refusal), response);
    return handler(request, response);
  };
}

net::ServerHooks Api::hooks(const net::Router& router) const {
  return {
      .handler = [&router](Request& request,
                           ResponseWriter& response) { return router.handle(request, response); },
      .error_answer = error_answer,
      .decorate = decorate,
      .ended = [level = options_.access_log](
                   const net::Exchange& exchange) { log_access(level, exchange); },
      .registry = &ports_.registry};
}

net::Response error_answer(const Error& error, const Request& request) {
  if (http_status(error.code) >= 500 && error.code != ErrorCode::cancelled) {
    log::error(about(request), "{} {}: {}: {}", name_of(request.method()), request.path(),
               error_code_name(error.code), error.message);
  }
  return problem(error);
}

void decorate(const Request& request, net::ResponseHead& head) {
  if (!is_playback(request)) return;
  head.headers.set("Access-Control-Allow-Origin", "*");
  head.headers.set("Access-Control-Expose-Headers",
                   "Content-Length, Content-Range, ETag, Retry-After");
}

}  // namespace vodmill::api
