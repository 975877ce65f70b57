// "Prefer: wait=N" (RFC 7240 section 4.3): a client that would rather wait for a video's end than
// ask for it.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include "api/ports.h"
#include "core/video.h"
#include "net/headers.h"
#include "net/response.h"

namespace vodmill::api {

inline constexpr std::chrono::seconds kLongestWait = std::chrono::hours(1);

// How long the client waits, at most kLongestWait; nullopt when it does not, or not in a whole
// number of seconds (RFC 7240 section 2: a preference that is not understood is no error). Pure.
std::optional<std::chrono::seconds> preferred_wait(const net::Headers& headers);

// The video once it has ended, or as it is after `wait`, or when the server stops or the client
// goes. Errors: the catalog's, not_found for one that is deleted meanwhile.
Async<Video> await_end(const Ports& ports, net::ResponseWriter& response, Video video,
                       std::chrono::seconds wait);

// Answers with the video once it has ended: 200; or as it is after `wait`, or when the server
// stops: 202. Without a `wait` at once, with `status`. `headers` are added to the answer.
Async<> send_when_ended(const Ports& ports, net::ResponseWriter& response, Video video,
                        std::optional<std::chrono::seconds> wait, int status, net::Headers headers);

}  // namespace vodmill::api
