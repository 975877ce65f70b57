// What a client wants to change of a video: the body of a PATCH. Pure.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include <string_view>

#include "core/catalog.h"

namespace vodmill::api {

// A JSON merge patch (RFC 7396) of a video's `metadata` and `priority`; null stands for the
// default. Errors: invalid_request, also for members that cannot be changed.
Result<VideoChange> read_change(std::string_view body);

}  // namespace vodmill::api
