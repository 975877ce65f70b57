// Parameters of a header's value, as in `form-data; name="file"` (RFC 9110 section 5.6.6). Pure.
// Fuzzed by: fuzz/header_values_fuzz.cc
#pragma once

#include <string_view>

#include "net/headers.h"

namespace vodmill::net {

// `form-data` and `name="file"` of `form-data; name="file"`.
struct ParameterizedValue {
  std::string_view value;       // trimmed
  std::string_view parameters;  // for take_parameter(); "" when there are none
};
ParameterizedValue split_parameters(std::string_view header);

// `name=value` or `name="value"` at the front of `rest`, which becomes what follows its semicolon.
// In quotes a backslash escapes a quote and a backslash, nothing else. Lenient: what is no
// parameter gives a name without a value, a quote that is left open ends with the text.
HeaderField take_parameter(std::string_view& rest);

}  // namespace vodmill::net
