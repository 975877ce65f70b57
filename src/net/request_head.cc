#include "net/request_head.h"

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>

#include "net/characters.h"

namespace vodmill::net {
namespace {

namespace http = boost::beast::http;

template <class T = void>
using OrRefusal = std::expected<T, Refusal>;

std::unexpected<Refusal> bad(std::string detail) {
  return std::unexpected(Refusal{400, ErrorCode::invalid_request, std::move(detail)});
}

std::unexpected<Refusal> not_implemented(std::string detail) {
  return std::unexpected(Refusal{501, HttpCode::not_implemented, std::move(detail)});
}

std::unexpected<Refusal> too_large(const HeadLimits& limits) {
  return std::unexpected(Refusal{431, HttpCode::headers_too_large,
                                 "The request headers must be at most " +
                                     std::to_string(limits.bytes) + " bytes and " +
                                     std::to_string(limits.fields) + " fields."});
}

std::unexpected<Refusal> target_too_long(const HeadLimits& limits) {
  return std::unexpected(
      Refusal{414, HttpCode::uri_too_long,
              "The request line must be at most " + std::to_string(limits.line_bytes) +
                  " bytes. Send what is long, such as metadata, in the body: as a field of a form, "
                  "or in JSON."});
}

bool is_forbidden_in_line(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

OrRefusal<> check_request_line(std::string_view line, const HeadLimits& limits) {
  if (line.size() > limits.line_bytes) return target_too_long(limits);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const bool three_words =
      first != std::string_view::npos && last > first + 1 && line.find(' ', first + 1) == last;
  if (!three_words || !is_token(line.substr(0, first))) {
    return bad("The request line must be METHOD, target and version with single spaces between.");
  }
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (!version.starts_with("HTTP/")) return bad("The request line must end with HTTP/1.1.");
    return std::unexpected(Refusal{505, HttpCode::http_version_not_supported,
                                   "This server speaks HTTP/1.1 and HTTP/1.0."});
  }
  return {};
}

OrRefusal<> check_field_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    return bad("Header lines must not be folded.");
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad("A header line must be a name, a colon without a space before it, and a value.");
  }
  return {};
}

// Every line by our own rules, before the general parser sees the bytes.
OrRefusal<> check_lines(std::string_view bytes, const HeadLimits& limits) {
  for (std::size_t number = 0; !bytes.empty(); ++number) {
    const std::size_t end = bytes.find("\r\n");
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(bytes.size(), line.size() + 2));
    if (std::ranges::any_of(line, is_forbidden_in_line)) {
      return bad("The request head contains control characters or bare line ends.");
    }
    if (line.empty()) return {};
    if (number > limits.fields) return too_large(limits);
    OrRefusal<> checked = number == 0 ? check_request_line(line, limits) : check_field_line(line);
    if (!checked) return checked;
  }
  return {};
}

OrRefusal<std::int64_t> parse_content_length(std::string_view text) {
  constexpr std::size_t kMaximumDigits = 18;
  std::int64_t value = 0;
  const bool digits = !text.empty() && text.size() <= kMaximumDigits &&
                      text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits) return bad("Content-Length must be one decimal number.");
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// RFC 9112 section 6.3: how long the body is.
OrRefusal<> read_framing(RequestHead& head) {
  const std::optional<std::string_view> length = head.headers.find("Content-Length");
  const std::optional<std::string_view> coding = head.headers.find("Transfer-Encoding");
  if (length && coding) {
    return bad("Content-Length and Transfer-Encoding must not be sent together.");
  }
  if (head.headers.count("Content-Length") > 1) return bad("Content-Length was sent twice.");
  if (head.headers.count("Transfer-Encoding") > 1) return bad("Transfer-Encoding was sent twice.");
  if (coding) {
    if (head.is_http_1_0) return bad("HTTP/1.0 has no Transfer-Encoding.");
    if (!equal_ignoring_case(*coding, "chunked")) {
      return not_implemented("The only Transfer-Encoding understood here is 'chunked'.");
    }
    head.chunked = true;
  }
  if (length) {
    const OrRefusal<std::int64_t> parsed = parse_content_length(*length);
    if (!parsed) return std::unexpected(parsed.error());
    head.content_length = *parsed;
  }
  return {};
}

OrRefusal<> read_expectation(RequestHead& head) {
  const std::optional<std::string_view> expect = head.headers.find("Expect");
  if (!expect || head.is_http_1_0) return {};
  if (!equal_ignoring_case(*expect, "100-continue")) {
    return std::unexpected(Refusal{417, ErrorCode::invalid_request,
                                   "The only expectation understood here is '100-continue'."});
  }
  head.expects_continue = head.chunked || head.content_length > 0;
  return {};
}

OrRefusal<> check_host(const RequestHead& head) {
  const std::size_t hosts = head.headers.count("Host");
  if (hosts > 1 || (hosts == 0 && !head.is_http_1_0)) {
    return bad("An HTTP/1.1 request must have exactly one Host header.");
  }
  return {};
}

OrRefusal<> read_target(RequestHead& head, std::string_view text) {
  Result<Target> target = parse_target(text);
  if (!target) return bad(std::move(target.error().message));
  if (target->path == "*" && head.method != Method::options) {
    return bad("The target '*' is for OPTIONS only.");
  }
  head.target = std::move(*target);
  return {};
}

}  // namespace

std::expected<std::size_t, Refusal> find_head_end(std::string_view received, std::size_t seen,
                                                  const HeadLimits& limits) {
  if (!received.empty() && !is_token_character(received.front())) {
    return bad("The connection did not begin with an HTTP request.");
  }
  for (std::size_t at = received.find('\n', seen); at != std::string_view::npos;
       at = received.find('\n', at + 1)) {
    if (received[at - 1] != '\r') return bad("Lines must end with CRLF.");
    if (at >= 3 && received.substr(at - 3, 4) == "\r\n\r\n") return at + 1;
  }
  const std::size_t line = received.find('\n');
  if (line == std::string_view::npos && received.size() > limits.line_bytes) {
    return target_too_long(limits);
  }
  if (received.size() >= limits.bytes) return too_large(limits);
  return 0;
}

std::expected<RequestHead, Refusal> parse_request_head(std::string_view bytes,
                                                       const HeadLimits& limits) {
  if (OrRefusal<> checked = check_lines(bytes, limits); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.bytes));
  parser.body_limit(boost::none);  // the body is not read through the parser
  boost::beast::error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(bytes), error);
  if (error == http::error::header_limit) return too_large(limits);
  // Folded framing fields and the like: what the parser will not have is malformed.
  if (error || used != bytes.size() || !parser.is_header_done()) {
    return bad("The request head is malformed: " + error.message() + ".");
  }

  const auto& message = parser.get();
  RequestHead head;
  const std::optional<Method> method = method_from(message.method_string());
  if (!method) return not_implemented("This request method is not implemented.");
  head.method = *method;
  head.is_http_1_0 = message.version() == 10;
  head.keep_alive = message.keep_alive();
  for (const auto& field : message) {
    head.headers.add(std::string(field.name_string()), std::string(trim(field.value())));
  }
  OrRefusal<> read = read_target(head, message.target());
  if (read) read = check_host(head);
  if (read) read = read_framing(head);
  if (read) read = read_expectation(head);
  if (!read) return std::unexpected(std::move(read.error()));
  return head;
}

}  // namespace vodmill::net
