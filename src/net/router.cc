#include "net/router.h"

#include <algorithm>

#include "net/refusal.h"

namespace vodmill::net {
namespace {

std::vector<std::string> split_pattern(std::string_view pattern) {
  std::vector<std::string> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    segments.emplace_back(segment);
    pattern.remove_prefix(segment.size());
  }
  return segments;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }
bool is_rest(std::string_view segment) { return segment.ends_with("...}"); }

std::string join(std::span<const std::string> segments) {
  std::string text;
  for (const std::string& segment : segments) {
    if (&segment != segments.data()) text += '/';
    text += segment;
  }
  return text;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
             std::vector<PathParameter>& parameters) {
  parameters.clear();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string& segment = pattern[i];
    if (i >= path.size()) return false;
    if (!is_parameter(segment)) {
      if (segment != path[i]) return false;
    } else if (path[i].empty()) {
      return false;
    } else if (is_rest(segment)) {
      parameters.push_back(
          {segment.substr(1, segment.size() - 5), join(std::span(path).subspan(i))});
      return true;
    } else {
      parameters.push_back({segment.substr(1, segment.size() - 2), path[i]});
    }
  }
  return pattern.size() == path.size();
}

Method effective_method(const Request& request) {
  const std::optional<std::string_view> other = request.header("X-HTTP-Method-Override");
  if (request.method() != Method::post || !other) return request.method();
  const Method method = method_from(*other).value_or(Method::post);
  const bool may = method == Method::put || method == Method::patch || method == Method::remove;
  return may ? method : Method::post;
}

}  // namespace

void Router::add(Method method, std::string_view pattern, Handler handler, std::string_view name) {
  routes_.push_back({method, split_pattern(pattern), std::move(handler),
                     std::string(name.empty() ? pattern : name)});
}

Async<> Router::handle(Request& request, ResponseWriter& response) const {
  const std::vector<std::string>& path = request.head.target.segments;
  const Method method = effective_method(request);
  const Route* route = find(method, path, request.path_parameters);
  if (!route && method == Method::head) route = find(Method::get, path, request.path_parameters);
  if (route) request.route = route->name;
  if (route) co_return co_await route->handler(request, response);
  Response answer = answer_without_route(request);
  co_return co_await response.send(std::move(answer));
}

const Router::Route* Router::find(Method method, const std::vector<std::string>& path,
                                  std::vector<PathParameter>& parameters) const {
  for (const Route& route : routes_) {
    if (route.method == method && matches(route.pattern, path, parameters)) return &route;
  }
  return nullptr;
}

std::string Router::allowed(const std::vector<std::string>& path) const {
  std::vector<Method> methods;
  std::vector<PathParameter> ignored;
  for (const Route& route : routes_) {
    if (!matches(route.pattern, path, ignored)) continue;
    methods.push_back(route.method);
    if (route.method == Method::get) methods.push_back(Method::head);
  }
  if (methods.empty()) return {};
  methods.push_back(Method::options);
  std::ranges::sort(methods);
  std::string text;
  for (auto last = std::ranges::unique(methods).begin();
       const Method method : std::span(methods.begin(), last)) {
    if (!text.empty()) text += ", ";
    text += name_of(method);
  }
  return text;
}

Response Router::answer_without_route(const Request& request) const {
  const std::string methods = allowed(request.head.target.segments);
  if (request.method() == Method::options && (!methods.empty() || request.path() == "*")) {
    Response answer{.head = {.status = 204, .headers = {{"Allow", methods}}}, .body = {}};
    if (preflight_) preflight_(request, answer.head);
    return answer;
  }
  if (methods.empty()) {
    return problem(
        {404, ErrorCode::not_found, "There is nothing at this address. Check the path."});
  }
  Response answer = problem({405, HttpCode::method_not_allowed,
                             "This address does not take this method, but: " + methods + "."});
  answer.head.headers.add("Allow", methods);
  return answer;
}

}  // namespace vodmill::net
