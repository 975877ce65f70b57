// The creation of a video as a JSON document: what is said about it, and an object of the store
// that has its bytes. Pure.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include "api/creation.h"
#include "core/ids.h"

namespace vodmill::api {

inline constexpr std::size_t kLargestDocument = 64 * 1024;

// {"source": {"key": "inbox/..."}, "metadata": {...}, "priority": N, "ladder": {...}, "owner":
// "..."}: the key, and in `creation` the rest, which replaces what the query says. Where no name is
// known the key's last part becomes the file's name. Errors: invalid_request, also for a key that
// is not below kInbox; fetch_blocked for a source that is a URL.
Result<BlobKey> read_document(Creation& creation, std::string_view text);

}  // namespace vodmill::api
