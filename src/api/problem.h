// An Error as an HTTP answer, and the Error of a request that asks for what cannot be. Pure.
#pragma once

#include "base/error.h"
#include "net/response.h"

namespace vodmill::api {

// invalid_request, with a sentence that tells the client what to send.
std::unexpected<Error> refuse(std::string sentence);

// The one table from code to status.
int http_status(ErrorCode code);

// application/problem+json (RFC 9457): {type, title, status, code, detail, retryable}, with
// Retry-After where waiting helps. Errors of the server itself say a sentence of their own: their
// message may name its files.
net::Response problem(const Error& error);

}  // namespace vodmill::api
