#include <set>

#include "api/world.h"

namespace vodmill {
namespace {

class OpenApi : public ApiTest {
 protected:
  json::object document() { return get("/openapi.json").json(); }
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// "get /play/{id}/{rest}": OpenAPI has no sign for a rest.
std::string without_dots(std::string pattern) {
  const std::size_t at = pattern.find("...}");
  if (at != std::string::npos) pattern.erase(at, 3);
  return pattern;
}

TEST_F(OpenApi, HasEveryRouteAndNoOther) {
  start({.compat_routes = true});
  std::set<std::string> routes;
  for (const api::Route& route : api_->routes()) {
    routes.insert(lower(net::name_of(route.method)) + " " +
                  without_dots(std::string(route.pattern)));
  }
  std::set<std::string> described;
  for (const auto& [path, item] : document().at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      if (method != "parameters") described.insert(std::string(method) + " " + std::string(path));
    }
  }
  EXPECT_EQ(described, routes);
}

TEST_F(OpenApi, NamesEveryMemberOfAVideoAndNoOther) {
  const json::object schemas = document().at("components").at("schemas").as_object();
  std::set<std::string> described;
  for (const auto& [name, schema] : schemas.at("Video").at("properties").as_object()) {
    described.emplace(name);
  }
  std::set<std::string> shown;
  for (const auto& [name, value] : get("/v1/videos/" + upload().str()).json()) shown.emplace(name);
  EXPECT_EQ(described, shown);
  std::set<std::string> required;
  for (const json::value& name : schemas.at("Video").at("required").as_array()) {
    required.emplace(name.as_string());
  }
  EXPECT_EQ(required, shown);
}

TEST_F(OpenApi, RefersOnlyToWhatItHas) {
  const json::object root = document();
  std::function<void(const json::value&)> walk = [&](const json::value& value) {
    if (value.is_array()) {
      for (const json::value& element : value.as_array()) walk(element);
    }
    if (!value.is_object()) return;
    for (const auto& [name, member] : value.as_object()) {
      walk(member);
      if (name != "$ref") continue;
      boost::system::error_code error;
      json::value(root).find_pointer(std::string_view(member.as_string()).substr(1), error);
      EXPECT_FALSE(error) << member;
    }
  };
  walk(root);
}

}  // namespace
}  // namespace vodmill
