#include "net/chunked.h"

#include "net/characters.h"

namespace vodmill::net {
namespace {

constexpr int kMaximumDigits = 15;
constexpr int kMaximumIgnored = 8192;

std::unexpected<Error> malformed(const char* what) {
  return fail(ErrorCode::invalid_request,
              std::string("The chunked body is malformed: ") + what + ".");
}

}  // namespace

Result<std::size_t> ChunkedDecoder::consume_framing(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size() && state_ != State::data && state_ != State::done) {
    TRY_VOID(step(input[used]));
    ++used;
  }
  return used;
}

void ChunkedDecoder::take_data(std::int64_t bytes) {
  data_left_ -= bytes;
  if (data_left_ == 0) state_ = State::data_cr;
}

Result<> ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size:
      return step_size(c);
    case State::extension:
      return ignore_until_cr(c, State::size_lf);
    case State::size_lf:
      TRY_VOID(expect(c, '\n', State::data));
      end_size_line();
      return {};
    case State::data_cr:
      return expect(c, '\r', State::data_lf);
    case State::data_lf:
      return expect(c, '\n', State::size);
    case State::line_start:
      if (c == '\r') {
        state_ = State::end_lf;
        return {};
      }
      [[fallthrough]];
    case State::trailer:
      state_ = State::trailer;
      return ignore_until_cr(c, State::trailer_lf);
    case State::trailer_lf:
      return expect(c, '\n', State::line_start);
    case State::end_lf:
      return expect(c, '\n', State::done);
    case State::data:
    case State::done:
      break;
  }
  std::unreachable();
}

Result<> ChunkedDecoder::step_size(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    if (++digits_ > kMaximumDigits) return malformed("a chunk size is too large");
    size_ = size_ * 16 + digit;
    return {};
  }
  if (digits_ == 0) return malformed("a chunk size is missing or not hexadecimal");
  if (c == '\r') {
    state_ = State::size_lf;
  } else if (c == ';') {
    state_ = State::extension;
  } else {
    return malformed("a chunk size is not hexadecimal");
  }
  return {};
}

Result<> ChunkedDecoder::ignore_until_cr(char c, State after_cr) {
  if (++ignored_ > kMaximumIgnored) return malformed("extensions or trailers are too long");
  if (c == '\n' || c == '\0') return malformed("a line does not end with CRLF");
  if (c == '\r') state_ = after_cr;
  return {};
}

Result<> ChunkedDecoder::expect(char c, char wanted, State next) {
  if (c != wanted) return malformed("a line or a chunk does not end with CRLF");
  state_ = next;
  return {};
}

void ChunkedDecoder::end_size_line() {
  state_ = size_ == 0 ? State::line_start : State::data;
  data_left_ = size_;
  size_ = 0;
  digits_ = 0;
}

}  // namespace vodmill::net
