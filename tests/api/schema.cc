#include "api/schema.h"

#include <algorithm>
#include <regex>

namespace vodmill {
namespace {

bool has_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  return type == "number" && value.is_number();
}

// `rule`: a type, or several.
bool has_type_of(const json::value& value, const json::value& rule) {
  if (rule.is_string()) return has_type(value, rule.get_string());
  return std::ranges::any_of(rule.as_array(), [&value](const json::value& type) {
    return has_type(value, type.as_string());
  });
}

bool fits_format(std::string_view text, std::string_view format) {
  static const std::regex date_time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)");
  if (format == "date-time") return std::regex_match(text.begin(), text.end(), date_time);
  return format == "binary" || (format == "uri-reference" && text.starts_with('/'));
}

}  // namespace

void SchemaCheck::complain(const std::string& where, const std::string& what) {
  complaints_.push_back((where.empty() ? "the body" : where) + " " + what);
}

const json::value& SchemaCheck::resolve(const json::value& reference) const {
  return document_.at_pointer(std::string_view(reference.as_string()).substr(1));
}

void SchemaCheck::check(const json::value& schema, const json::value& value,
                        const std::string& where) {
  check_shape(schema.as_object(), value, where);
  check_others(schema.as_object(), value, where);
}

void SchemaCheck::check_shape(const json::object& schema, const json::value& value,
                              const std::string& where) {
  for (const auto& [keyword, rule] : schema) check_keyword(keyword, rule, value, where);
}

void SchemaCheck::check_keyword(std::string_view keyword, const json::value& rule,
                                const json::value& value, const std::string& where) {
  if (keyword == "description" || keyword == "additionalProperties") return;  // check_others
  if (keyword == "$ref") return check_shape(resolve(rule).as_object(), value, where);
  if (keyword == "oneOf") return check_one_of(rule, value, where);
  if (keyword == "properties") return check_members(rule, value, where);
  if (keyword == "allOf") {
    for (const json::value& part : rule.as_array()) check_shape(part.as_object(), value, where);
    return;
  }
  if (keyword == "items") {
    if (!value.is_array()) return;
    for (const json::value& item : value.get_array()) check(rule, item, where + "[]");
    return;
  }
  if (keyword == "required") {
    for (const json::value& name : rule.as_array()) {
      const std::string_view text = name.as_string();
      if (value.is_object() && !value.get_object().contains(text)) {
        complain(where, "lacks " + std::string(text));
      }
    }
    return;
  }
  bool fits = true;
  if (keyword == "type") {
    fits = has_type_of(value, rule);
  } else if (keyword == "enum") {
    fits = std::ranges::find(rule.as_array(), value) != rule.as_array().end();
  } else if (keyword == "const") {
    fits = value == rule;
  } else if (keyword == "minimum") {
    fits = !value.is_number() || value.to_number<double>() >= rule.to_number<double>();
  } else if (keyword == "maximum") {
    fits = !value.is_number() || value.to_number<double>() <= rule.to_number<double>();
  } else if (keyword == "maxLength") {
    fits = !value.is_string() || value.get_string().size() <= rule.to_number<std::size_t>();
  } else if (keyword == "format") {
    fits = !value.is_string() || fits_format(value.get_string(), rule.as_string());
  } else {
    return complain(where, "is described by " + std::string(keyword) + ", which is unknown here");
  }
  if (!fits) {
    complain(where, "is " + json::serialize(value) + ", against " + std::string(keyword) + " " +
                        json::serialize(rule));
  }
}

void SchemaCheck::check_members(const json::value& properties, const json::value& value,
                                const std::string& where) {
  if (!value.is_object()) return;
  for (const auto& [name, schema] : properties.as_object()) {
    const json::value* member = value.get_object().if_contains(name);
    if (member) check(schema, *member, where + "." + std::string(name));
  }
}

void SchemaCheck::check_one_of(const json::value& schemas, const json::value& value,
                               const std::string& where) {
  std::vector<std::string> reasons;
  std::size_t fitting = 0;
  for (const json::value& schema : schemas.as_array()) {
    SchemaCheck one(document_);
    one.check(schema, value, where);
    if (one.complaints_.empty()) ++fitting;
    reasons.insert(reasons.end(), one.complaints_.begin(), one.complaints_.end());
  }
  if (fitting == 1) return;
  complain(where, "fits " + std::to_string(fitting) + " of one-of");
  complaints_.insert(complaints_.end(), reasons.begin(), reasons.end());
}

// Members that no property of the schema and of its parts is about.
void SchemaCheck::check_others(const json::object& schema, const json::value& value,
                               const std::string& where) {
  Names names;
  collect(schema, names);
  const json::value* others = schema.if_contains("additionalProperties");
  if (!value.is_object() || (names.empty() && !others)) return;
  for (const auto& [name, member] : value.get_object()) {
    if (names.contains(std::string_view(name))) continue;
    const std::string place = where + "." + std::string(name);
    if (others && others->is_object()) {
      check(*others, member, place);
    } else {
      complain(place, "is not described");
    }
  }
}

void SchemaCheck::collect(const json::object& schema, Names& names) const {
  for (const auto& [keyword, rule] : schema) {
    if (keyword == "properties") {
      for (const auto& [name, ignored] : rule.as_object()) names.emplace(name);
    } else if (keyword == "$ref") {
      collect(resolve(rule).as_object(), names);
    } else if (keyword == "allOf") {
      for (const json::value& part : rule.as_array()) collect(part.as_object(), names);
    }
  }
}

}  // namespace vodmill
