// What a client says about a video besides its bytes: query parameters, headers, fields of a form.
// Pure.
// Fuzzed by: fuzz/request_fields_fuzz.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "core/ladder_policy.h"
#include "net/request.h"

namespace vodmill::api {

struct Creation {
  json::object metadata;
  json::object fields;  // of a form, which become metadata as texts
  int priority = 0;
  LadderPolicy ladder;
  std::string owner;            // "" when nobody said
  std::string filename;         // "" when unknown
  std::size_t field_bytes = 0;  // of the fields' JSON, also of those that came twice

  // All of the metadata as JSON, with the file's name as `filename` where the client gives no
  // other. Of a field and a member of one name, the member stays.
  std::string metadata_text() const;
};

// ?metadata=OBJECT&priority=N&ladder=OBJECT&owner=NAME, and the file's name from the path or from
// Content-Disposition. Errors: invalid_request.
Result<Creation> read_creation(const net::Request& request);

// One field of a form: `metadata`, `priority`, `ladder` and `owner` replace what the query says,
// others are left out. Errors: invalid_request.
Result<> take_field(Creation& creation, std::string_view name, std::string_view value);

// Which fields of a form count besides its file.
enum class FormFields {
  known,  // metadata, priority, ladder and owner; others are left out
  all,    // others are metadata, each a text
};

bool is_known_field(std::string_view name);

// One of the others. Errors: invalid_request for one that is not UTF-8, and for more of them than
// metadata may be large.
Result<> take_other_field(Creation& creation, std::string_view name, std::string_view value);

// A JSON object of at most kLargestMetadata. Errors: invalid_request.
Result<json::object> read_metadata(std::string_view text);

// What is said of metadata that is not an object: invalid_request.
std::unexpected<Error> no_metadata();

// 0 to kLargestPriority. Errors: invalid_request.
Result<int> read_priority(std::string_view text);
Result<int> priority_from(const json::value& value);
Result<int> check_priority(int priority);

// At most kLongestOwner visible ASCII characters. Errors: invalid_request.
Result<std::string> read_owner(std::string_view text);

// Whether a Content-Type is that type, with whatever parameters.
bool is_media_type(std::string_view content_type, std::string_view type);

bool is_form(std::string_view content_type);

bool is_json(std::string_view content_type);

// Why a body of this media type cannot be a video's bytes, nor a form with them, nor a document
// (document.h); nullopt when it can. Forms and documents come by POST alone, and documents only
// where `fields` are the known ones.
std::optional<net::Refusal> refuse_media_type(net::Method method, std::string_view content_type,
                                              FormFields fields);

// Why a body with such headers is not the whole of a video, byte by byte: 400 for a part of one
// (RFC 9110, 14.4), 415 for a packed one (15.5.16); nullopt where it can be.
std::optional<net::Refusal> refuse_part_or_packed(const net::Request& request);

// The filename* or filename of a Content-Disposition (RFC 6266); "" when there is none in UTF-8.
std::string filename_of(std::string_view content_disposition);

// A name that JSON can hold: "" unless it is valid UTF-8, without folders in front.
std::string clean_filename(std::string name);

}  // namespace vodmill::api
