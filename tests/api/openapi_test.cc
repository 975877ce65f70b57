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

// The members that a schema describes are those that are shown, and all of them are required.
void expect_described(const json::object& document, std::string_view name,
                      const json::value& example) {
  const json::value& schema = document.at("components").at("schemas").at(name);
  std::set<std::string> described;
  for (const auto& [member, type] : schema.at("properties").as_object()) described.emplace(member);
  std::set<std::string> required;
  for (const json::value& member : schema.at("required").as_array()) {
    required.emplace(member.as_string());
  }
  std::set<std::string> shown;
  for (const auto& [member, value] : example.as_object()) shown.emplace(member);
  EXPECT_EQ(described, shown) << name;
  EXPECT_EQ(required, shown) << name;
}

TEST_F(OpenApi, NamesEveryMemberOfAVideoAndNoOther) {
  expect_described(document(), "Video", get("/v1/videos/" + upload().str()).json());
}

TEST_F(OpenApi, NamesEveryMemberOfAJobAndOfTheQueueAndNoOther) {
  const json::object description = document();
  plan(coordinate(upload()));
  lease_task();
  must(run(
      workers_.show({.id = WorkerId("w"), .host = "here", .pid = 1, .slots = 1, .build = kBuild})));
  const json::value job = get("/v1/jobs").json().at("data").at(0);
  expect_described(description, "Job", job);
  json::object details = get("/v1/jobs/" + std::string(job.at("id").as_string())).json();
  expect_described(description, "JobSource", details.at("source"));
  expect_described(description, "Plan", details.at("plan"));
  expect_described(description, "Task", details.at("tasks").at(0));
  for (const auto& [member, value] : job.as_object()) details.erase(member);
  expect_described(description, "JobDetails", details);
  expect_described(description, "Queue", get("/v1/queue").json());
  expect_described(description, "Worker", get("/v1/workers").json().at("data").at(0));
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
