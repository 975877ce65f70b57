// The head of a request: bytes to values, and the rules against request smuggling (RFC 9112
// sections 2, 3, 5 and 6). Pure.
//
// Stricter than the RFC wherever two readers of the same bytes could disagree: line ends are CRLF,
// no folded lines, one Content-Length at most and never beside Transfer-Encoding.
// Fuzzed by: fuzz/request_head_fuzz.cc
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "net/headers.h"
#include "net/method.h"
#include "net/refusal.h"
#include "net/target.h"

namespace vodmill::net {

struct HeadLimits {
  std::size_t bytes = 16 * 1024;      // of the whole head; more is 431
  std::size_t line_bytes = 8 * 1024;  // of the request line; more is 414
  std::size_t fields = 100;           // more is 431
};

struct RequestHead {
  Method method = Method::get;
  Target target;
  Headers headers;
  bool is_http_1_0 = false;
  bool keep_alive = true;           // what the client asks for
  bool expects_continue = false;    // "Expect: 100-continue"
  bool chunked = false;             // the body is chunked
  std::int64_t content_length = 0;  // of the body when not chunked
};

// Looks for the end of a head in what has been received so far, at most limits.bytes. Returns the
// length of the head with its empty line, 0 when more is needed, or a refusal (414, 431, or 400 for
// what can no longer become a head). `seen`: how much of it an earlier call has looked at.
std::expected<std::size_t, Refusal> find_head_end(std::string_view received, std::size_t seen,
                                                  const HeadLimits& limits);

// Reads a whole head, the empty line included. Refusals: 400, 414, 431, 501, 505.
std::expected<RequestHead, Refusal> parse_request_head(std::string_view bytes,
                                                       const HeadLimits& limits);

}  // namespace vodmill::net
