// A form with a video in it (multipart/form-data, RFC 7578): its file as a body of its own, its
// fields as what the client says about the video. Fields may stand before and after the file.
//
// Owned by the handler of one request. Memory is one piece of the body, however large the file.
// Not fuzzed: net/multipart.h reads the bytes, and is.
#pragma once

#include "api/creation.h"
#include "net/multipart.h"
#include "net/request.h"

namespace vodmill::api {

inline constexpr std::size_t kLongestField = 64 * 1024;

class FormFile final : public net::BodyStream {
 public:
  // `body` and `creation` outlive it. The boundary is one of net::boundary_of().
  FormFile(net::BodyStream& body, std::string_view boundary, FormFields fields, Creation& creation);

  // Of the file: unknown until it ends.
  std::optional<std::int64_t> declared_length() const override { return std::nullopt; }

  // The file's bytes. 0 only at the end of a whole form: by then every field is in the Creation,
  // and the file's name. Errors besides those of the body: invalid_request for a form that is
  // malformed or cut short, has no file or more than one, or a field that is too long or wrong.
  Async<std::size_t> read(std::span<std::byte> into) override;

  // Why read() has failed: the body ended before the form.
  bool is_cut_short() const { return has_body_ended_ && !parser_.finish(); }

 private:
  enum class Part { none, file, maybe_file, wanted_field, other_field };

  Result<std::size_t> take_buffered(std::span<std::byte> into);
  Result<> begin_part();
  Result<> begin_file();
  Result<> take_content(ByteView content);
  Result<> end_part();
  Result<std::size_t> end() const;

  net::BodyStream& body_;
  const FormFields fields_;
  Creation& creation_;
  net::MultipartParser parser_;
  Bytes buffer_;
  ByteView unparsed_;  // of the buffer
  ByteView file_;      // content that the reader has not taken yet
  Part part_ = Part::none;
  std::string name_;        // of the part
  std::string filename_;    // of the part
  std::string value_;       // of a field
  std::size_t length_ = 0;  // of a field
  bool has_body_ended_ = false;
  bool has_file_ = false;
  bool is_empty_ = true;  // the file
};

}  // namespace vodmill::api
