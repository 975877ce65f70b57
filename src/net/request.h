// What a handler is given. Lives until the handler's coroutine ends; belongs to that coroutine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/async.h"
#include "net/request_head.h"

namespace vodmill::net {

// The bytes of a request's body, pulled from the socket as the handler asks for them. Nothing is
// read ahead of the handler, and "Expect: 100-continue" is answered by the first read: a handler
// can refuse before the client has sent anything.
class BodyStream {
 public:
  virtual ~BodyStream() = default;

  // Content-Length; none when the body is chunked. 0 when there is no body.
  virtual std::optional<std::int64_t> declared_length() const = 0;

  // Waits for bytes and returns how many were put at the front of `into` (not empty); 0 only at the
  // end of a whole body. Large pieces (256 KiB and more) come straight from the kernel.
  // Errors: invalid_request when the body is cut short, malformed or too slow, cancelled when the
  // server must stop; every later call gives the same error.
  virtual Async<std::size_t> read(std::span<std::byte> into) = 0;
};

// Fills `into` as far as the body goes; less than its size only at the end.
Async<std::size_t> read_full(BodyStream& body, std::span<std::byte> into);

// The whole body. More than `limit` bytes is size_exceeds_limit, before reading where declared.
Async<std::string> read_all(BodyStream& body, std::size_t limit);

struct PathParameter {
  std::string name;
  std::string value;
};

struct Request {
  RequestHead head;
  BodyStream& body;
  std::string peer_address;    // "203.0.113.9" or "2001:db8::1", of the connection itself
  std::string client_address;  // the same, or what a trusted proxy says of the client
  std::string id = {};         // for logs, and in the answer's X-Request-Id; [A-Za-z0-9._-]
  std::vector<PathParameter> path_parameters = {};  // set by Router
  std::string_view route = {};                      // the same: Router::add()'s `name`

  Method method() const { return head.method; }
  const std::string& path() const { return head.target.path; }
  std::optional<std::string_view> header(std::string_view name) const {
    return head.headers.find(name);
  }
  std::optional<std::string_view> query(std::string_view name) const {
    return head.target.parameter(name);
  }
  // The part of the path that stood for {name} in the route's pattern; empty if there is none.
  std::string_view parameter(std::string_view name) const;
};

}  // namespace vodmill::net
