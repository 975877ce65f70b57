// Bytes as HTTP representations: stored objects with ranges, and small texts. ETag and conditional
// requests in both (RFC 9110 section 13).
#pragma once

#include "api/packed_texts.h"
#include "core/blob_store.h"
#include "net/request.h"
#include "net/response.h"

namespace vodmill::api {

// What the bytes are and how long they may be kept.
struct Representation {
  std::string_view mime;
  std::string etag;  // quoted
  std::string_view cache_control;
};

inline constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";
inline constexpr std::string_view kRevalidate = "no-cache";

// The object, or the range of it that was asked for, in pieces: memory does not grow with it.
// Errors: the BlobStore's.
Async<> send_object(net::Request& request, net::ResponseWriter& response, BlobStore& blobs,
                    BlobKey key, Representation what);

// A text that is at hand, compressed where the client takes that (Apple 10.1). `packed` outlives
// the call.
Async<> send_text(net::Request& request, net::ResponseWriter& response, std::string text,
                  Representation what, PackedTexts& packed);

// A quoted ETag for these bytes.
std::string etag_of(ByteView bytes);

}  // namespace vodmill::api
