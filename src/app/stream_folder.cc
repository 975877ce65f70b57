#include "app/stream_folder.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <optional>

namespace vodmill::app {
namespace {

namespace fs = std::filesystem;

Result<Bytes> read_file(const fs::path& path, std::optional<hls::ForeignRange> range) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return fail(ErrorCode::not_found, "There is no such file.");
  }
  const auto size = static_cast<std::int64_t>(fs::file_size(path, error));
  const hls::ForeignRange wanted = range.value_or(hls::ForeignRange{0, size});
  if (error || wanted.offset + wanted.length > size) {
    return fail(ErrorCode::not_found, "The file ends before the byte range does.");
  }
  if (wanted.length > kLargestObject) {
    return fail(ErrorCode::invalid_request, "More than 256 MiB in one piece are not read.");
  }
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(static_cast<std::size_t>(wanted.length));
  file.seekg(wanted.offset);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), wanted.length)) {
    return fail(ErrorCode::not_found, "The file cannot be read.");
  }
  return bytes;
}

// %20 and the like (RFC 3986, 2.1); what is no escape stays.
std::string unescape(std::string_view uri) {
  std::string text;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    unsigned value = 0;
    const char* digits = uri.data() + i + 1;
    const bool is_escape = uri[i] == '%' && i + 2 < uri.size() &&
                           std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    text += is_escape ? static_cast<char>(value) : uri[i];
    if (is_escape) i += 2;
  }
  return text;
}

bool is_multivariant(const fs::path& path) {
  const auto bytes = read_file(path, std::nullopt);
  return bytes && hls::names_variants(as_text(*bytes));
}

}  // namespace

Result<fs::path> find_multivariant(const fs::path& given) {
  std::error_code error;
  if (!fs::is_directory(given, error)) return given;
  if (is_multivariant(given / "index.m3u8")) return given / "index.m3u8";
  std::vector<fs::path> found;
  fs::directory_iterator entry(given, error);
  for (; !error && entry != end(entry); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() == ".m3u8" && is_multivariant(path)) found.push_back(path);
  }
  if (error) {
    return fail(ErrorCode::not_found, given.string() + " cannot be read: " + error.message() + ".");
  }
  if (found.size() == 1) return found.front();
  return fail(ErrorCode::not_found, given.string() + " holds " +
                                        (found.empty() ? "no" : "more than one") +
                                        " multivariant playlist: name the file.");
}

StreamFolder::StreamFolder(fs::path root) : root_(root.empty() ? "." : std::move(root)) {}

std::optional<std::string> StreamFolder::resolve(const std::string& playlist,
                                                 std::string_view uri) const {
  const std::string_view path = uri.substr(0, uri.find_first_of("?#"));
  const std::string plain = unescape(path);
  const bool has_scheme = path.substr(0, path.find('/')).find(':') != std::string_view::npos;
  if (plain.empty() || plain.front() == '/' || has_scheme || plain.contains('\0')) {
    return std::nullopt;
  }
  const fs::path whole = (fs::path(playlist).parent_path() / plain).lexically_normal();
  if (whole.empty() || *whole.begin() == "..") return std::nullopt;
  return whole.string();
}

ReadObject StreamFolder::read(const std::string& address, std::optional<hls::ForeignRange> range) {
  std::error_code error;
  const fs::path root = fs::weakly_canonical(root_, error);
  const fs::path real = fs::weakly_canonical(root / address, error);
  const fs::path inside = real.lexically_relative(root);
  if (error || inside.empty() || *inside.begin() == "..") {
    return {.bytes = fail(ErrorCode::not_found, "The link leads out of the folder.")};
  }
  return {.bytes = read_file(real, range)};
}

ReadObject StreamFolder::read_playlist(const std::string& address) {
  return read(address, std::nullopt);
}

}  // namespace vodmill::app
