// Text from outside, made fit for a line of a log or a terminal. Pure.
#pragma once

#include <string>
#include <string_view>

namespace vodmill {

// The same text with U+FFFD for every byte that is not part of well-formed UTF-8 (RFC 3629).
std::string with_valid_utf8(std::string_view text);

// with_valid_utf8(), and every control character (C0, DEL, C1) as an escape: \n, \r, \t or \x1b.
std::string printable(std::string_view text);

// In double quotes what a sentence may repeat of it: printable(), its first 60 bytes or so and
// "..." where it is longer.
std::string in_quotes(std::string_view text);

}  // namespace vodmill
