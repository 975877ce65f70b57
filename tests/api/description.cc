#include "api/description.h"

#include <algorithm>
#include <array>
#include <vector>

#include "api/openapi.h"
#include "api/schema.h"
#include "api/world.h"

namespace vodmill {
namespace {

using Segments = std::vector<std::string_view>;

// What any request may be answered with: the document says so at its beginning.
constexpr std::array kOfAnyRequest{400, 405, 408, 414, 417, 429, 431, 501, 503, 505};

Segments segments_of(std::string_view path) {
  Segments segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_path_of(std::string_view pattern, std::string_view path) {
  const Segments wanted = segments_of(pattern);
  const Segments there = segments_of(path);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i >= there.size()) return false;
    if (wanted[i] == "{rest}") return true;
    if (!wanted[i].starts_with('{') && wanted[i] != there[i]) return false;
  }
  return wanted.size() == there.size();
}

// The page and its files are no part of the API.
bool is_of_the_page(std::string_view path) {
  return path == "/" || path == "/index.html" || path.starts_with("/assets/");
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result == "head" ? "get" : result;
}

bool is_compat(const json::object& operation) {
  return operation.at("tags").as_array().front() == "compat";
}

std::string_view media_type_of(std::string_view content_type) {
  return content_type.substr(0, content_type.find(';'));
}

}  // namespace

Description::Description(std::string_view document) : document_(parse_json(document).value()) {}

Description::Operation Description::find(std::string_view method, std::string_view target) const {
  const std::string_view path = target.substr(0, target.find('?'));
  Operation found;
  for (const auto& [pattern, item] : document_.at("paths").as_object()) {
    if (!is_path_of(pattern, path)) continue;
    found.item = &item.as_object();
    if (const json::value* operation = found.item->if_contains(lower(method))) {
      found.operation = &operation->as_object();
      return found;
    }
  }
  return found;
}

std::vector<std::string> Description::judge_value(std::string_view schema,
                                                  const json::value& value) const {
  SchemaCheck check(document_);
  check.check(document_.at("components").at("schemas").at(schema), value, "");
  return check.complaints();
}

std::vector<std::string> Description::judge(std::string_view method, std::string_view target,
                                            const Answer& answer) const {
  if (method == "OPTIONS") return {};
  const Operation found = find(method, target);
  const std::string status = std::to_string(answer.status);
  const json::object* response = nullptr;
  if (found.operation) {
    const json::value* listed = found.operation->at("responses").as_object().if_contains(status);
    const json::value* reference = listed ? listed->as_object().if_contains("$ref") : nullptr;
    if (reference) {
      listed = &document_.at_pointer(std::string_view(reference->as_string()).substr(1));
    }
    response = listed ? &listed->as_object() : nullptr;
  }
  const bool is_nowhere = !found.item || (found.operation && is_compat(*found.operation));
  const bool is_problem = std::ranges::binary_search(kOfAnyRequest, answer.status) ||
                          (is_nowhere && answer.status == 404) ||
                          (!found.item && answer.status == 403);
  if (!response && !is_problem) {
    if (!found.item && is_of_the_page(target.substr(0, target.find('?')))) return {};
    return {found.operation ? "status " + status + " is not described"
                            : "this call is not described"};
  }
  const bool has_body = method != "HEAD" && !answer.header("Content-Type").empty() &&
                        answer.header("Transfer-Encoding").empty() &&
                        answer.header("Content-Encoding").empty();
  if (!has_body) return {};
  const std::string type(media_type_of(answer.header("Content-Type")));
  SchemaCheck check(document_);
  if (!response) {
    if (type != "application/problem+json") return {"a problem is " + type};
    return judge_value("Problem", parse_json(answer.body).value_or(json::value()));
  }
  const json::value* content = response->if_contains("content");
  if (!content) return {};
  const json::value* described = content->as_object().if_contains(type);
  if (!described) return {"its type, " + type + ", is not described"};
  if (!type.ends_with("json")) return {};
  check.check(described->at("schema"), parse_json(answer.body).value_or(json::value()), "");
  return check.complaints();
}

const Description& api_description() {
  static const Description description{api::openapi()};
  return description;
}

}  // namespace vodmill
