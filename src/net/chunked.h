// The framing of a chunked body (RFC 9112 section 7.1), without its data: bytes in, state out.
// Pure; one object reads one body.
//
// Strict where laxness lets two readers disagree: sizes are 1 to 15 hexadecimal digits, every line
// ends with CRLF, extensions and trailers are bounded and ignored.
// Fuzzed by: fuzz/chunked_fuzz.cc
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace vodmill::net {

class ChunkedDecoder {
 public:
  // Reads framing at the front of `input` and returns how many bytes of it were framing. Stops at
  // chunk data (data_left() > 0), at the end of the body (done()), or when input is used up.
  // Malformed framing is invalid_request; the decoder is unusable afterwards.
  Result<std::size_t> consume_framing(std::string_view input);

  // Bytes of chunk data that come next, before more framing. The caller takes them and says so.
  std::int64_t data_left() const { return data_left_; }
  void take_data(std::int64_t bytes);

  bool done() const { return state_ == State::done; }

 private:
  enum class State {
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    line_start,
    trailer,
    trailer_lf,
    end_lf,
    done
  };

  Result<> step(char c);
  Result<> step_size(char c);
  Result<> ignore_until_cr(char c, State after_cr);
  Result<> expect(char c, char wanted, State next);
  void end_size_line();

  State state_ = State::size;
  std::int64_t size_ = 0;
  int digits_ = 0;
  int ignored_ = 0;  // bytes of extensions and trailers so far
  std::int64_t data_left_ = 0;
};

}  // namespace vodmill::net
