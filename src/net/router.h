// From method and path to a handler. Built before the server starts, then read only.
//
// Patterns are paths whose segments may be {name}, which stands for one non-empty segment; a last
// segment {name...} stands for one or more. Of several patterns that match, the first added wins.
// A HEAD request without a handler of its own goes to GET's; POST with X-HTTP-Method-Override
// (PUT, PATCH or DELETE; the tus protocol asks for it) goes to that method's.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/request.h"
#include "net/response.h"

namespace vodmill::net {

// One exchange, from any coroutine of the server. The references live until it ends. An error that
// comes before an answer was started is turned into one by the server's ErrorAnswer; after that, it
// cuts the connection.
using Handler = std::function<Async<>(Request&, ResponseWriter&)>;

class Router {
 public:
  // REQUIRES: pattern starts with "/". `name` is what counts and logs call the route: the pattern
  // where it is empty.
  void add(Method method, std::string_view pattern, Handler handler, std::string_view name = {});

  // Answers OPTIONS for known paths without an OPTIONS handler: 204 with Allow, completed by `hook`
  // (CORS preflight). Without a hook these are 204 with Allow too.
  using Preflight = std::function<void(const Request&, ResponseHead&)>;
  void set_preflight(Preflight hook) { preflight_ = std::move(hook); }

  // Runs the handler, or answers 404, or 405 with Allow. This is a Handler itself.
  Async<> handle(Request& request, ResponseWriter& response) const;

 private:
  struct Route {
    Method method;
    std::vector<std::string> pattern;
    Handler handler;
    std::string name;
  };

  const Route* find(Method method, const std::vector<std::string>& path,
                    std::vector<PathParameter>& parameters) const;
  std::string allowed(const std::vector<std::string>& path) const;
  Response answer_without_route(const Request& request) const;

  std::vector<Route> routes_;
  Preflight preflight_;
};

}  // namespace vodmill::net
