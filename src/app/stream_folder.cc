#include "app/stream_folder.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>

#include "app/object_facts.h"

namespace vodmill::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestObject = std::int64_t{256} << 20;

Result<Bytes> read_file(const fs::path& path, std::optional<hls::ByteRange> range) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return fail(ErrorCode::not_found, "There is no such file.");
  }
  const auto size = static_cast<std::int64_t>(fs::file_size(path, error));
  const hls::ByteRange wanted = range.value_or(hls::ByteRange{0, size});
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

class Folder {
 public:
  explicit Folder(const fs::path& multivariant) : root_(multivariant.parent_path()) {}

  // The multivariant playlist's and everybody's: where a URI leads, relative to the folder; nullopt
  // if not into it.
  static std::optional<fs::path> resolve(const fs::path& playlist, std::string_view uri) {
    const std::string_view path = uri.substr(0, uri.find_first_of("?#"));
    const std::string plain = unescape(path);
    const bool has_scheme = path.substr(0, path.find('/')).find(':') != std::string_view::npos;
    if (plain.empty() || plain.front() == '/' || has_scheme || plain.contains('\0')) {
      return std::nullopt;
    }
    fs::path whole = (playlist.parent_path() / plain).lexically_normal();
    if (whole.empty() || *whole.begin() == "..") return std::nullopt;
    return whole;
  }

  hls::TrackFacts read_track(const std::string& uri) const;

 private:
  static constexpr std::string_view kOutside = "The URI leads out of the folder.";

  ReadInit read_map(const fs::path& playlist, const hls::ForeignMap& map) const;
  hls::SegmentFacts read_one(const fs::path& playlist, const hls::ForeignSegment& segment,
                             const SegmentUse& use) const;

  const fs::path root_;
};

ReadInit Folder::read_map(const fs::path& playlist, const hls::ForeignMap& map) const {
  ReadInit read;
  const auto path = resolve(playlist, map.uri);
  auto bytes = path ? read_file(root_ / *path, map.range)
                    : fail(ErrorCode::not_found, std::string(kOutside));
  if (bytes) return read_init(std::move(*bytes));
  read.facts.look = path ? hls::Look::unread : hls::Look::beyond;
  read.facts.why = bytes.error().message;
  return read;
}

hls::SegmentFacts Folder::read_one(const fs::path& playlist, const hls::ForeignSegment& segment,
                                   const SegmentUse& use) const {
  hls::SegmentFacts facts;
  facts.look = hls::Look::opened;
  if (segment.gap) return facts;
  const auto path = resolve(playlist, segment.uri);
  const auto bytes = path ? read_file(root_ / *path, segment.range)
                          : fail(ErrorCode::not_found, std::string(kOutside));
  if (bytes) return read_segment(*bytes, use);
  facts.look = path ? hls::Look::unread : hls::Look::beyond;
  facts.why = bytes.error().message;
  return facts;
}

hls::TrackFacts Folder::read_track(const std::string& uri) const {
  hls::TrackFacts track;
  const auto path = resolve("", uri);
  const auto text = path ? read_file(root_ / *path, std::nullopt)
                         : fail(ErrorCode::not_found, std::string(kOutside));
  if (!text) {
    track.look = path ? hls::Look::unread : hls::Look::beyond;
    track.why = text.error().message;
    return track;
  }
  track.look = hls::Look::whole;
  track.playlist = hls::read_foreign_playlist(as_text(*text));
  std::vector<ReadInit> inits;
  for (const auto& map : track.playlist.maps) inits.push_back(read_map(*path, map));
  for (const auto& segment : track.playlist.segments) {
    const SegmentUse use{
        .init = segment.map < 0 ? nullptr : &inits[static_cast<std::size_t>(segment.map)],
        .is_i_frame = track.playlist.i_frames_only,
        .is_encrypted = segment.encrypted};
    track.segments.push_back(read_one(*path, segment, use));
  }
  for (ReadInit& init : inits) track.inits.push_back(std::move(init.facts));
  return track;
}

bool is_multivariant(const fs::path& path) {
  const auto bytes = read_file(path, std::nullopt);
  return bytes && hls::names_variants(as_text(*bytes));
}

}  // namespace

Result<fs::path> find_multivariant(const fs::path& given) {
  if (given.string().contains("://")) {
    return fail(ErrorCode::invalid_request,
                "Streams over HTTP are not verified yet: give the folder that is served.");
  }
  std::error_code error;
  if (!fs::is_directory(given, error)) return given;
  if (is_multivariant(given / "index.m3u8")) return given / "index.m3u8";
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(given, error)) {
    if (entry.path().extension() == ".m3u8" && is_multivariant(entry.path())) {
      found.push_back(entry.path());
    }
  }
  if (found.size() == 1) return found.front();
  return fail(ErrorCode::not_found, given.string() + " holds " +
                                        (found.empty() ? "no" : "more than one") +
                                        " multivariant playlist: name the file.");
}

Result<hls::StreamFacts> read_stream(const fs::path& multivariant) {
  auto text = read_file(multivariant, std::nullopt);
  if (!text) return fail(std::move(text).error().within(multivariant.string()));
  if (!hls::names_variants(as_text(*text))) {
    return fail(ErrorCode::invalid_request,
                multivariant.string() + " names no variants: give the multivariant playlist.");
  }
  const Folder folder(multivariant);
  hls::StreamFacts stream;
  stream.name = multivariant.filename().string();
  stream.multivariant = hls::read_foreign_multivariant(as_text(*text));
  const auto add = [&](const std::string& uri) {
    if (!stream.tracks.contains(uri)) stream.tracks.emplace(uri, folder.read_track(uri));
  };
  for (const auto& variant : stream.multivariant.variants) add(variant.uri);
  for (const auto& variant : stream.multivariant.i_frame_variants) add(variant.uri);
  for (const auto& media : stream.multivariant.media) {
    if (media.uri) add(*media.uri);
  }
  return stream;
}

}  // namespace vodmill::app
