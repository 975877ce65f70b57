#include "net/parameter.h"

#include <algorithm>

namespace vodmill::net {

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
      if (quoted && rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
      field.value += rest.front();
      rest.remove_prefix(1);
    }
    if (!quoted) field.value = trim(field.value);
  }
  const std::size_t semicolon = rest.find(';');
  rest = semicolon == std::string_view::npos ? "" : rest.substr(semicolon + 1);
  return field;
}

}  // namespace vodmill::net
