#include "net/multipart.h"

#include <algorithm>
#include <utility>

#include "net/characters.h"
#include "net/parameter.h"

namespace vodmill::net {
namespace {

std::unexpected<Error> malformed(std::string sentence) {
  return fail(ErrorCode::invalid_request, std::move(sentence));
}

// The lines of a head without its empty line.
Result<Headers> parse_head(std::string_view text) {
  Headers headers;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    const std::size_t colon = line.find(':');
    const bool whole = colon != std::string_view::npos && is_token(line.substr(0, colon)) &&
                       line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
    if (!whole) return malformed("A part of the form has a head that is not one (RFC 2046).");
    headers.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return headers;
}

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {}

Result<MultipartParser::Event> MultipartParser::next(ByteView& input) {
  while (!input.empty()) {
    switch (state_) {
      case State::preamble:
      case State::content: {
        const bool is_content = state_ == State::content;
        const Event event = take_content(input);
        if (is_content && event.kind != Kind::more) return event;
        break;
      }
      case State::head: {
        Result<Event> event = take_head(input);
        if (!event || event->kind != Kind::more) return event;
        break;
      }
      case State::epilogue:
        input = {};
        break;
      case State::after_boundary:
      case State::closing_dash:
      case State::line_feed:
        TRY_VOID(take_boundary_end(static_cast<char>(input[0])));
        input = input.subspan(1);
        break;
    }
  }
  return Event{};
}

// Content up to the next delimiter, which ends it.
MultipartParser::Event MultipartParser::take_content(ByteView& input) {
  if (matched_ > 0) return take_delimiter(input);
  const std::size_t at = as_text(input).find(delimiter_);
  if (at == std::string_view::npos) return hold_back(input);
  const Event event = at > 0 ? Event{Kind::content, input.first(at)} : reached_delimiter();
  input = input.subspan(at > 0 ? at : delimiter_.size());
  return event;
}

// Goes on with a delimiter that the input before has ended in.
MultipartParser::Event MultipartParser::take_delimiter(ByteView& input) {
  const std::string_view rest = std::string_view(delimiter_).substr(matched_);
  const std::string_view text = as_text(input);
  const auto [differs, in_text] = std::ranges::mismatch(rest, text);
  const auto same = static_cast<std::size_t>(differs - rest.begin());
  if (same == rest.size() || same == text.size()) {
    input = input.subspan(same);
    matched_ += same;
    return same == rest.size() ? reached_delimiter() : Event{};
  }
  // It was content after all. Only its first byte is a CR, so no other delimiter began within it.
  input = input.subspan(same);
  const std::size_t bytes = std::exchange(matched_, 0) + same;
  return {Kind::content, as_bytes(delimiter_).first(bytes)};
}

// All of the input is content but for an end that may begin the delimiter.
MultipartParser::Event MultipartParser::hold_back(ByteView& input) {
  const std::string_view text = as_text(input);
  const std::size_t at = text.rfind('\r');
  ByteView content = input;
  if (at != std::string_view::npos && delimiter_.starts_with(text.substr(at))) {
    matched_ = text.size() - at;
    content = input.first(at);
  }
  input = {};
  return content.empty() ? Event{} : Event{Kind::content, content};
}

MultipartParser::Event MultipartParser::reached_delimiter() {
  matched_ = 0;
  state_ = State::after_boundary;
  return {Kind::end};
}

// What may follow a boundary: two dashes, which close the body, or white space and a line end.
Result<> MultipartParser::take_boundary_end(char c) {
  if (state_ == State::closing_dash && c == '-') {
    state_ = State::epilogue;
  } else if (state_ == State::line_feed && c == '\n') {
    state_ = State::head;
    head_text_.clear();
    if (++parts_ > limits_.parts) {
      return malformed("The form has more than " + std::to_string(limits_.parts) + " parts.");
    }
  } else if (state_ == State::after_boundary && c == '-') {
    state_ = State::closing_dash;
  } else if (state_ == State::after_boundary && c == '\r') {
    state_ = State::line_feed;
  } else if (state_ != State::after_boundary || (c != ' ' && c != '\t')) {
    return malformed("The form has a boundary that does not end its line (RFC 2046).");
  }
  return {};
}

Result<MultipartParser::Event> MultipartParser::take_head(ByteView& input) {
  // A part without a single field begins with the empty line.
  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  const std::size_t before = head_text_.size();
  head_text_.append(as_text(input.first(std::min(input.size(), limits_.head_bytes + 1))));
  const bool none = head_text_.starts_with("\r\n");
  const std::size_t from = before < kEmptyLine.size() ? 0 : before - kEmptyLine.size();
  const std::size_t at = none ? 0 : head_text_.find(kEmptyLine, from);
  const std::size_t size =
      at == std::string::npos ? head_text_.size() : at + (none ? 2 : kEmptyLine.size());
  if (size > limits_.head_bytes) return malformed("A part of the form has too long a head.");
  if (at == std::string::npos) {
    input = input.subspan(size - before);
    return Event{};
  }
  input = input.subspan(size - before);
  head_ = TRY(parse_head(std::string_view(head_text_).substr(0, at)));
  state_ = State::content;
  return Event{Kind::part};
}

Result<> MultipartParser::finish() const {
  if (state_ == State::epilogue) return {};
  return malformed(
      "The form was cut short: its final boundary is missing. Send the request again.");
}

Result<std::string> boundary_of(std::string_view content_type) {
  constexpr std::string_view kAllowed =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
  std::string_view rest = split_parameters(content_type).parameters;
  while (!rest.empty()) {
    HeaderField field = take_parameter(rest);
    if (!equal_ignoring_case(field.name, "boundary")) continue;
    const std::string& value = field.value;
    const bool whole = !value.empty() && value.size() <= 70 && !value.ends_with(' ') &&
                       value.find_first_not_of(kAllowed) == std::string::npos;
    if (whole) return std::move(field.value);
    break;
  }
  return malformed(
      "A form's Content-Type needs a boundary of 1 to 70 characters. Let the client make it.");
}

}  // namespace vodmill::net
