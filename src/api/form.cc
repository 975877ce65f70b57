#include "api/form.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "api/problem.h"
#include "net/parameter.h"

namespace vodmill::api {
namespace {

using Kind = net::MultipartParser::Kind;

constexpr std::size_t kPiece = 256 * 1024;

// What browsers escape in names (HTML Living Standard, multipart/form-data encoding).
std::string unescape(std::string text) {
  constexpr std::pair<std::string_view, char> kEscapes[] = {
      {"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
  for (const auto& [escape, character] : kEscapes) {
    for (std::size_t at = 0; (at = text.find(escape, at)) != std::string::npos; ++at) {
      text.replace(at, escape.size(), 1, character);
    }
  }
  return text;
}

struct Disposition {
  std::optional<std::string> name;
  std::optional<std::string> filename;
};

// RFC 7578 section 4.2.
Disposition disposition_of(std::string_view value) {
  Disposition disposition;
  auto [kind, rest] = net::split_parameters(value);
  if (!net::equal_ignoring_case(kind, "form-data")) return {};
  while (!rest.empty()) {
    net::HeaderField field = net::take_parameter(rest);
    if (net::equal_ignoring_case(field.name, "name")) {
      disposition.name = unescape(std::move(field.value));
    } else if (net::equal_ignoring_case(field.name, "filename")) {
      disposition.filename = unescape(std::move(field.value));
    }
  }
  return disposition;
}

}  // namespace

FormFile::FormFile(net::BodyStream& body, std::string_view boundary, FormFields fields,
                   Creation& creation)
    : body_(body), fields_(fields), creation_(creation), parser_(boundary, {}), buffer_(kPiece) {}

Async<std::size_t> FormFile::read(std::span<std::byte> into) {
  for (;;) {
    const Result<std::size_t> taken = take_buffered(into);
    if (!taken || *taken > 0) co_return taken;
    const Result<std::size_t> bytes = co_await body_.read(buffer_);
    if (!bytes) co_return fail(bytes.error());
    has_body_ended_ = *bytes == 0;
    if (has_body_ended_) co_return end();
    unparsed_ = ByteView(buffer_).first(*bytes);
  }
}

// Parses what there is up to the next content of the file; 0 when there is none.
Result<std::size_t> FormFile::take_buffered(std::span<std::byte> into) {
  while (file_.empty() && !unparsed_.empty()) {
    const net::MultipartParser::Event event = TRY(parser_.next(unparsed_));
    if (event.kind == Kind::part) TRY_VOID(begin_part());
    if (event.kind == Kind::content) TRY_VOID(take_content(event.content));
    if (event.kind == Kind::end) TRY_VOID(end_part());
  }
  const std::size_t bytes = std::min(into.size(), file_.size());
  if (bytes > 0) std::memcpy(into.data(), file_.data(), bytes);
  file_ = file_.subspan(bytes);
  return bytes;
}

Result<> FormFile::begin_part() {
  const Disposition disposition =
      disposition_of(parser_.head().find("Content-Disposition").value_or(""));
  if (!disposition.name) return refuse("A part of the form has no name (RFC 7578, section 4.2).");
  name_ = *disposition.name;
  filename_ = clean_filename(disposition.filename.value_or(""));
  value_.clear();
  length_ = 0;
  if (!disposition.filename) {
    const bool wanted = fields_ == FormFields::all || is_known_field(name_);
    part_ = wanted ? Part::wanted_field : Part::other_field;
    return {};
  }
  // A browser sends a file field that was left empty without a name and without content.
  part_ = Part::maybe_file;
  return disposition.filename->empty() ? Result<>() : begin_file();
}

Result<> FormFile::begin_file() {
  if (has_file_) return refuse("The form has more than one file. Send one video a request.");
  has_file_ = true;
  part_ = Part::file;
  if (!filename_.empty()) creation_.filename = filename_;
  return {};
}

Result<> FormFile::take_content(ByteView content) {
  if (part_ == Part::maybe_file) TRY_VOID(begin_file());
  if (part_ == Part::file) {
    file_ = content;
    is_empty_ = false;
    return {};
  }
  length_ += content.size();
  if (length_ > kLongestField) {
    return refuse("The form's field \"" + name_ +
                  "\" is longer than 64 KiB. A video is sent as a "
                  "file, with a filename.");
  }
  if (part_ == Part::wanted_field) value_ += as_text(content);
  return {};
}

Result<> FormFile::end_part() {
  const Part part = std::exchange(part_, Part::none);
  if (part != Part::wanted_field) return {};
  return is_known_field(name_) ? take_field(creation_, name_, value_)
                               : take_other_field(creation_, name_, value_);
}

Result<std::size_t> FormFile::end() const {
  TRY_VOID(parser_.finish());
  if (has_file_ && !is_empty_) return 0;
  if (has_file_) return refuse("The form's file is empty. Choose another one.");
  return refuse("The form has no file. Give it one, e.g. curl -F file=@video.mp4 URL.");
}

}  // namespace vodmill::api
