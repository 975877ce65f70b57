// The content coding gzip (RFC 9110, section 8.4.1.3), for texts that are at hand. Pure; any
// thread.
// Fuzzed by: fuzz/header_values_fuzz.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vodmill::net {

// Whether an Accept-Encoding asks for gzip, or for anything (RFC 9110, section 12.5.3). Absent: no.
bool accepts_gzip(std::optional<std::string_view> accept_encoding);

// `text` as one gzip member. Errors: out_of_memory.
Result<std::string> gzip(std::string_view text);

}  // namespace vodmill::net
