#include "net/gzip.h"

#include <zlib.h>

#include "net/parameter.h"

namespace vodmill::net {
namespace {

// "0", "0.0", "0.000": not acceptable.
bool is_zero(std::string_view weight) {
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

bool is_refused(std::string_view parameters) {
  while (!parameters.empty()) {
    const HeaderField field = take_parameter(parameters);
    if (equal_ignoring_case(field.name, "q")) return is_zero(field.value);
  }
  return false;
}

}  // namespace

bool accepts_gzip(std::optional<std::string_view> accept_encoding) {
  std::string_view list = accept_encoding.value_or("");
  bool accepts_any = false;
  while (!list.empty()) {
    const auto [coding, parameters] = split_parameters(take_list_member(list));
    const bool is_gzip =
        equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip");
    if (is_gzip) return !is_refused(parameters);
    if (coding == "*") accepts_any = !is_refused(parameters);
  }
  return accepts_any;
}

Result<std::string> gzip(std::string_view text) {
  constexpr int kLevel = 6;
  constexpr int kGzipWindow = 15 + 16;  // the largest window, in a gzip member
  constexpr int kMemory = 8;
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(ErrorCode::out_of_memory, "There was no memory to compress an answer.");
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  // zlib never writes to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);  // deflateBound() is enough for all of it
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace vodmill::net
