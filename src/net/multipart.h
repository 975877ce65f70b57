// A multipart body (RFC 2046 section 5.1, RFC 7578): bytes in pieces of any size to parts. Pure.
//
// Used by one coroutine. Nothing of a part's content is kept: memory is one part's head.
//
//   MultipartParser parser(boundary, {});
//   while (...) for (ByteView input = more(); !input.empty();) event = parser.next(input);
//   parser.finish();
// Fuzzed by: fuzz/multipart_fuzz.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "net/headers.h"

namespace vodmill::net {

struct MultipartLimits {
  std::size_t head_bytes = 8 * 1024;  // of one part's head
  int parts = 100;
};

class MultipartParser {
 public:
  enum class Kind {
    more,     // all of the input is used up
    part,     // a part begins; head() is its head
    content,  // the next bytes of the part
    end,      // of the part
  };
  struct Event {
    Kind kind = Kind::more;
    ByteView content = {};  // in the input, or in the parser until the next call
  };

  // REQUIRES: boundary is one of boundary_of().
  MultipartParser(std::string_view boundary, MultipartLimits limits);

  // Uses up the front of `input`. Call it again with what is left, and with more when that is
  // empty. invalid_request for what is no multipart body or has a head or parts beyond the limits;
  // nothing may be asked after that.
  Result<Event> next(ByteView& input);

  // Whether the body may end here: invalid_request when the final boundary has not come.
  Result<> finish() const;

  // Of the part that began last.
  const Headers& head() const { return head_; }

 private:
  enum class State { preamble, content, after_boundary, closing_dash, line_feed, head, epilogue };

  Event take_content(ByteView& input);
  Event take_delimiter(ByteView& input);
  Event hold_back(ByteView& input);
  Result<> take_boundary_end(char c);
  Result<Event> take_head(ByteView& input);
  Event reached_delimiter();

  const std::string delimiter_;  // CRLF, two dashes and the boundary
  const MultipartLimits limits_;
  State state_ = State::preamble;
  // How much of the delimiter the last bytes were. A body that begins with a boundary has no line
  // end in front of it.
  std::size_t matched_ = 2;
  std::string head_text_;
  Headers head_;
  int parts_ = 0;
};

// The boundary of a Content-Type: 1 to 70 characters (RFC 2046 section 5.1.1). invalid_request when
// there is none.
Result<std::string> boundary_of(std::string_view content_type);

}  // namespace vodmill::net
