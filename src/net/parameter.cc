#include "net/parameter.h"

#include <algorithm>

namespace vodmill::net {

ParameterizedValue split_parameters(std::string_view header) {
  const std::size_t semicolon = header.find(';');
  const bool is_alone = semicolon == std::string_view::npos;
  return {.value = trim(header.substr(0, semicolon)),
          .parameters = is_alone ? "" : header.substr(semicolon + 1)};
}

HeaderField take_parameter(std::string_view& rest) {
  HeaderField field;
  const std::size_t end = rest.find_first_of("=;");
  field.name = trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end, rest.size()));
  if (rest.starts_with('=')) {
    rest = trim(rest.substr(1));
    const bool quoted = rest.starts_with('"');
    if (quoted) rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != (quoted ? '"' : ';')) {
      // Nothing else needs it, and browsers send the paths of Windows as they are.
      const bool escapes = quoted && (rest.starts_with("\\\"") || rest.starts_with("\\\\"));
      if (escapes) rest.remove_prefix(1);
      field.value += rest.front();
      rest.remove_prefix(1);
    }
    if (!quoted) field.value = trim(field.value);
  }
  rest = split_parameters(rest).parameters;
  return field;
}

}  // namespace vodmill::net
