#include "net/request.h"

#include <algorithm>

namespace vodmill::net {
namespace {

std::unexpected<Error> too_large(std::size_t limit) {
  return fail(ErrorCode::size_exceeds_limit,
              "The request body must be at most " + std::to_string(limit) + " bytes.");
}

}  // namespace

Async<std::size_t> read_full(BodyStream& body, std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const Result<std::size_t> read = co_await body.read(into.subspan(filled));
    if (!read) co_return fail(read.error());
    if (*read == 0) break;
    filled += *read;
  }
  co_return filled;
}

Async<std::string> read_all(BodyStream& body, std::size_t limit) {
  const std::optional<std::int64_t> declared = body.declared_length();
  if (declared && *declared > static_cast<std::int64_t>(limit)) co_return too_large(limit);
  std::string text;
  for (;;) {
    constexpr std::size_t kPiece = 16 * 1024;
    const std::size_t size = text.size();
    // One byte more than the limit tells "exactly full" from "too large".
    text.resize(std::min(size + kPiece, limit + 1));
    const auto room = std::as_writable_bytes(std::span(text).subspan(size));
    const Result<std::size_t> read = co_await body.read(room);
    if (!read) co_return fail(read.error());
    text.resize(size + *read);
    if (*read == 0) co_return text;
    if (text.size() > limit) co_return too_large(limit);
  }
}

std::string_view Request::parameter(std::string_view name) const {
  for (const PathParameter& each : path_parameters) {
    if (each.name == name) return each.value;
  }
  return {};
}

}  // namespace vodmill::net
