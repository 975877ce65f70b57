// What a handler answers, and how it sends it.
//
// A handler makes exactly one answer: send() once, or start(), write() any number of times, and
// finish(). The writer belongs to the connection and lives until the handler's coroutine ends; only
// that coroutine calls it. It frames the body and adds Date, Connection, Content-Length or
// Transfer-Encoding and X-Content-Type-Options itself; handlers do not set these.
//
// A body is never sent for HEAD, 204 and 304; handlers may write it all the same.
//
// Errors: cancelled, when the client has gone, reads too slowly, or the server must stop. The
// handler then just ends with that error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "core/async.h"
#include "net/headers.h"

namespace vodmill::net {

struct ResponseHead {
  int status = 200;
  Headers headers = {};
};

struct Response {
  ResponseHead head = {};
  std::string body = {};
};

// A body that is asked for piece by piece; its producer holds one piece at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next bytes; empty at the end.
  virtual Async<Bytes> next() = 0;
};

// What the client sends after ResponseWriter::switch_protocol(). Lives as long as the writer.
class Tunnel {
 public:
  virtual ~Tunnel() = default;

  // What has come and was not yet consumed; at most 16 KiB.
  virtual std::string_view received() const = 0;
  virtual void consume(std::size_t bytes) = 0;

  // Waits for more. Ends early, without an error, when it is cancelled. Errors: cancelled, when the
  // client has ended the connection.
  virtual Async<> receive() = 0;
};

class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  // The whole answer.
  virtual Async<> send(Response response) = 0;

  // Begins an answer. With `length` exactly so many bytes must be written before finish(), else the
  // connection is cut, so that the client sees a broken body and not a short one. Without, the body
  // is chunked, and the head leaves at once.
  virtual Async<> start(ResponseHead head, std::optional<std::int64_t> length) = 0;
  // Returns once the kernel has taken the bytes: this is the back-pressure.
  virtual Async<> write(ByteView bytes) = 0;
  virtual Async<> finish() = 0;

  // start() with a length, every piece of `source`, finish(). For HEAD the source is not asked.
  virtual Async<> send_from(ResponseHead head, std::int64_t length, BodySource& source) = 0;

  // Leaves HTTP (RFC 9110 section 7.8): answers 101 with `headers`, and Connection: Upgrade. From
  // then on write() sends bytes as they are, and finish() ends the connection. REQUIRES: a request
  // of HTTP/1.1 without a body.
  virtual Async<Tunnel*> switch_protocol(Headers headers) = 0;

  // True once send(), start() or switch_protocol() has been called.
  virtual bool started() const = 0;

  // Says that this handler waits for something other than the client: from now on, when the client
  // closes its connection (noticed within a second) or the server stops, whatever the handler waits
  // for is cancelled and interrupted() is true. Without this call a handler runs to its end.
  virtual void interrupt_when_peer_goes() = 0;

  // Look after every wait, and before the next one: a wait that began later is not cancelled.
  virtual bool interrupted() const = 0;
};

// "Not Found" for 404; "Status" for numbers without a name here.
std::string_view reason_phrase(int status);

// The status line and header lines with the final empty line. Control characters in values become
// spaces, so that no value can end its line.
std::string serialize_head(const ResponseHead& head);

// RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t unix_seconds);

}  // namespace vodmill::net
