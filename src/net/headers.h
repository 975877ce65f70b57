// Header fields of a request or a response, in order, names compared without case (RFC 9110
// section 5). A value type.
// Fuzzed by: fuzz/header_values_fuzz.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vodmill::net {

struct HeaderField {
  std::string name;
  std::string value;
};

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<HeaderField> fields) : fields_(fields) {}

  // The value of the first field with this name.
  std::optional<std::string_view> find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  std::size_t count(std::string_view name) const;

  // Appends, even where a field of that name exists.
  void add(std::string name, std::string value);
  // Replaces every field of that name by this one.
  void set(std::string name, std::string value);
  void remove(std::string_view name);

  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<HeaderField> fields_;
};

// Whether two texts are the same when ASCII letters of both cases count as equal.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// The text without spaces and tabs at both ends (RFC 9110 OWS).
std::string_view trim(std::string_view text);

// The next member of a comma-separated list, trimmed; `list` becomes what follows its comma.
std::string_view take_list_member(std::string_view& list);

}  // namespace vodmill::net
