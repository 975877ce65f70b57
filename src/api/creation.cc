#include "api/creation.h"

#include <algorithm>
#include <charconv>

#include "api/json_parts.h"
#include "api/problem.h"
#include "core/catalog.h"
#include "net/parameter.h"
#include "plan/ladder_policy.h"

namespace vodmill::api {
namespace {

constexpr std::string_view kNoMetadata = "metadata must be a JSON object, e.g. {\"title\":\"x\"}.";

constexpr std::string_view kKnownFields[] = {"metadata", "priority", "ladder", "owner"};

// RFC 8187: UTF-8'language'percent-encoded.
std::string extended_value(std::string_view text) {
  const std::size_t first = text.find('\'');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos) return {};
  if (!net::equal_ignoring_case(text.substr(0, first), "UTF-8")) return {};
  return net::percent_decode(text.substr(second + 1)).value_or("");
}

}  // namespace

std::string Creation::metadata_text() const {
  json::object whole = metadata;
  for (const auto& [name, value] : fields) whole.emplace(name, value);
  if (!filename.empty() && !whole.contains("filename")) whole["filename"] = filename;
  return json::serialize(whole);
}

std::unexpected<Error> no_metadata() { return refuse(std::string(kNoMetadata)); }

Result<json::object> read_metadata(std::string_view text) {
  if (text.size() > kLargestMetadata) return refuse("metadata is larger than 8 KiB.");
  return read_object("metadata", text, kNoMetadata);
}

Result<int> check_priority(int priority) {
  if (priority >= 0 && priority <= kLargestPriority) return priority;
  return refuse("priority must be a whole number from 0, the most urgent, to " +
                std::to_string(kLargestPriority) + ".");
}

Result<int> read_priority(std::string_view text) {
  int priority = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), priority);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return check_priority(whole ? priority : -1);
}

Result<int> priority_from(const json::value& value) {
  boost::system::error_code error;
  const int priority = value.is_number() ? value.to_number<int>(error) : -1;
  return check_priority(error ? -1 : priority);
}

Result<std::string> read_owner(std::string_view text) {
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
  if (visible && text.size() <= kLongestOwner) return std::string(text);
  return refuse("owner must be at most " + std::to_string(kLongestOwner) +
                " visible ASCII characters, e.g. the id of a customer.");
}

Result<Creation> read_creation(const net::Request& request) {
  Creation creation;
  for (const std::string_view name : kKnownFields) {
    const std::optional<std::string_view> value = request.query(name);
    if (value) TRY_VOID(take_field(creation, name, *value));
  }
  creation.filename = clean_filename(std::string(request.parameter("filename")));
  if (creation.filename.empty()) {
    creation.filename = filename_of(request.header("Content-Disposition").value_or(""));
  }
  return creation;
}

Result<> take_field(Creation& creation, std::string_view name, std::string_view value) {
  if (name == "metadata") creation.metadata = TRY(read_metadata(value));
  if (name == "priority") creation.priority = TRY(read_priority(value));
  if (name == "ladder") creation.ladder = TRY(plan::read_ladder_policy(value));
  if (name == "owner") creation.owner = TRY(read_owner(value));
  return {};
}

bool is_known_field(std::string_view name) {
  return std::ranges::find(kKnownFields, name) != std::ranges::end(kKnownFields);
}

Result<> take_other_field(Creation& creation, std::string_view name, std::string_view value) {
  const json::object field{{name, value}};
  const std::string text = json::serialize(field);
  if (!parse_json(text)) return refuse("The form's fields must be UTF-8.");
  creation.field_bytes += text.size();
  if (creation.field_bytes > kLargestMetadata) {
    return refuse("The form's fields are larger than 8 KiB together.");
  }
  creation.fields[name] = value;
  return {};
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  return net::equal_ignoring_case(net::split_parameters(content_type).value, type);
}

bool is_form(std::string_view content_type) {
  return is_media_type(content_type, "multipart/form-data");
}

bool is_json(std::string_view content_type) {
  return is_media_type(content_type, "application/json");
}

std::optional<net::Refusal> refuse_media_type(net::Method method, std::string_view content_type,
                                              FormFields fields) {
  const bool by_post = method == net::Method::post;
  const bool json = is_json(content_type);
  const bool wrong_json = json && (!by_post || fields == FormFields::all);
  if (!wrong_json && (by_post || !is_form(content_type))) return std::nullopt;
  const std::string_view what = json && by_post ? "JSON is not taken here."
                                : json          ? "JSON is taken by POST."
                                                : "A form is taken by POST.";
  return net::Refusal{415, net::HttpCode::unsupported_media_type,
                      std::string(what) +
                          " Send the video's bytes as the body itself, e.g. curl -T video.mp4 "
                          "URL."};
}

std::optional<net::Refusal> refuse_part_or_packed(const net::Request& request) {
  if (request.header("Content-Range")) {
    return net::Refusal{400, ErrorCode::invalid_request,
                        "Uploads are not taken in parts. Send the whole video, without "
                        "Content-Range."};
  }
  const std::string_view coding = request.header("Content-Encoding").value_or("identity");
  if (net::equal_ignoring_case(coding, "identity")) return std::nullopt;
  return net::Refusal{415, net::HttpCode::unsupported_media_type,
                      "Packed bodies are not taken. Send the bytes as they are, without "
                      "Content-Encoding."};
}

std::string clean_filename(std::string name) {
  if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string::npos) {
    name.erase(0, slash + 1);
  }
  return parse_json(json::serialize(json::value(name))) ? name : std::string();
}

std::string filename_of(std::string_view content_disposition) {
  std::string_view rest = net::split_parameters(content_disposition).parameters;
  std::string plain;
  while (!rest.empty()) {
    const net::HeaderField field = net::take_parameter(rest);
    if (net::equal_ignoring_case(field.name, "filename*")) {
      std::string name = clean_filename(extended_value(field.value));
      if (!name.empty()) return name;
    } else if (net::equal_ignoring_case(field.name, "filename")) {
      plain = clean_filename(field.value);
    }
  }
  return plain;
}

}  // namespace vodmill::api
