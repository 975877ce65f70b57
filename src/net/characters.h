// The characters that HTTP's grammars are made of. Internal to net/; pure.
#pragma once

#include <string_view>

namespace vodmill::net {

// The value of a hexadecimal digit in either case; -1 for any other character.
int hex_digit(char c);

// A method's or a field's name and the like (RFC 9110, section 5.6.2).
bool is_token_character(char c);
bool is_token(std::string_view text);

}  // namespace vodmill::net
