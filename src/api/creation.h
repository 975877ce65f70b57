// What a client says about a video besides its bytes: query parameters and headers. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/request.h"

namespace vodmill::api {

struct Creation {
  std::string metadata = "{}";  // a JSON object
  int priority = 0;
};

// ?metadata=OBJECT&priority=N, and the file's name from the path or from Content-Disposition as
// metadata.filename where the client gives no other. Errors: invalid_request.
Result<Creation> read_creation(const net::Request& request);

// Why a body of this media type cannot be a video's bytes; nullopt when it can.
std::optional<net::Refusal> refuse_media_type(std::string_view content_type);

// The filename* or filename of a Content-Disposition (RFC 6266); "" when there is none in UTF-8.
std::string filename_of(std::string_view content_disposition);

}  // namespace vodmill::api
