// JSON Schema as far as openapi.json uses it. For description.cc.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace vodmill {

class SchemaCheck {
 public:
  // `document`: what a $ref points into. Outlives it.
  explicit SchemaCheck(const json::value& document) : document_(document) {}

  // Notes what is wrong with `value`, which stands at `where`.
  void check(const json::value& schema, const json::value& value, const std::string& where);

  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  using Names = std::set<std::string, std::less<>>;

  const json::value& resolve(const json::value& reference) const;
  void check_shape(const json::object& schema, const json::value& value, const std::string& where);
  void check_keyword(std::string_view keyword, const json::value& rule, const json::value& value,
                     const std::string& where);
  void check_members(const json::value& properties, const json::value& value,
                     const std::string& where);
  void check_one_of(const json::value& schemas, const json::value& value, const std::string& where);
  void check_others(const json::object& schema, const json::value& value, const std::string& where);
  void collect(const json::object& schema, Names& names) const;
  void complain(const std::string& where, const std::string& what);

  const json::value& document_;
  std::vector<std::string> complaints_;
};

}  // namespace vodmill
