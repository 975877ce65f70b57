#include "api/creation.h"

#include <charconv>

#include "base/json.h"

namespace vodmill::api {
namespace {

constexpr std::size_t kLargestMetadata = 8 * 1024;
constexpr int kLargestPriority = 2'097'152;  // BullMQ's

std::unexpected<Error> refuse(std::string sentence) {
  return fail(ErrorCode::invalid_request, std::move(sentence));
}

// A name that JSON can hold: valid UTF-8, without folders in front.
std::string clean(std::string name) {
  if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string::npos) {
    name.erase(0, slash + 1);
  }
  return parse_json(json::serialize(json::value(name))) ? name : std::string();
}

// `name=value` or `name="value"` at the front of `rest`, which becomes what follows its semicolon.
net::HeaderField take_parameter(std::string_view& rest) {
  net::HeaderField field;
  const std::size_t end = rest.find_first_of("=;");
  field.name = net::trim(rest.substr(0, end));
  rest.remove_prefix(std::min(end, rest.size()));
  if (rest.starts_with('=')) {
    rest = net::trim(rest.substr(1));
    const bool quoted = rest.starts_with('"');
    if (quoted) rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != (quoted ? '"' : ';')) {
      if (quoted && rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
      field.value += rest.front();
      rest.remove_prefix(1);
    }
    if (!quoted) field.value = net::trim(field.value);
  }
  const std::size_t semicolon = rest.find(';');
  rest = semicolon == std::string_view::npos ? "" : rest.substr(semicolon + 1);
  return field;
}

// RFC 8187: UTF-8'language'percent-encoded.
std::string extended_value(std::string_view text) {
  const std::size_t first = text.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos) return {};
  if (!net::equal_ignoring_case(text.substr(0, first), "UTF-8")) return {};
  return net::percent_decode(text.substr(second + 1)).value_or("");
}

Result<json::object> read_metadata(std::optional<std::string_view> text) {
  if (!text) return json::object();
  if (text->size() > kLargestMetadata) return refuse("metadata is larger than 8 KiB.");
  Result<json::value> value = parse_json(*text);
  if (!value) return refuse("metadata is not JSON: " + value.error().message);
  if (!value->is_object()) return refuse("metadata must be a JSON object, e.g. {\"title\":\"x\"}.");
  return std::move(value->as_object());
}

Result<int> read_priority(std::optional<std::string_view> text) {
  if (!text) return 0;
  int priority = -1;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), priority);
  const bool whole = error == std::errc() && end == text->data() + text->size();
  if (whole && priority >= 0 && priority <= kLargestPriority) return priority;
  return refuse("priority must be a whole number from 0, the most urgent, to " +
                std::to_string(kLargestPriority) + ".");
}

}  // namespace

Result<Creation> read_creation(const net::Request& request) {
  json::object metadata = TRY(read_metadata(request.query("metadata")));
  std::string filename = clean(std::string(request.parameter("filename")));
  if (filename.empty()) filename = filename_of(request.header("Content-Disposition").value_or(""));
  if (!filename.empty() && !metadata.contains("filename")) metadata["filename"] = filename;
  const int priority = TRY(read_priority(request.query("priority")));
  return Creation{json::serialize(metadata), priority};
}

std::optional<net::Refusal> refuse_media_type(std::string_view content_type) {
  const std::string_view type = net::trim(content_type.substr(0, content_type.find(';')));
  const bool form = net::equal_ignoring_case(type, "multipart/form-data");
  if (!form && !net::equal_ignoring_case(type, "application/json")) return std::nullopt;
  return net::Refusal{415, "unsupported_media_type",
                      std::string(form ? "A form" : "JSON") +
                          " is not taken here. Send the video's bytes as the body itself, e.g. "
                          "curl -T video.mp4 URL."};
}

std::string filename_of(std::string_view content_disposition) {
  const std::size_t first = content_disposition.find(';');
  std::string_view rest =
      first == std::string_view::npos ? "" : content_disposition.substr(first + 1);
  std::string plain;
  while (!rest.empty()) {
    const net::HeaderField field = take_parameter(rest);
    if (net::equal_ignoring_case(field.name, "filename*")) {
      std::string name = clean(extended_value(field.value));
      if (!name.empty()) return name;
    } else if (net::equal_ignoring_case(field.name, "filename")) {
      plain = clean(field.value);
    }
  }
  return plain;
}

}  // namespace vodmill::api
