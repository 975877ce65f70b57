#include "app/stream_folder.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <optional>

#include "app/object_facts.h"

namespace vodmill::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestObject = std::int64_t{256} << 20;

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

class Folder {
 public:
  explicit Folder(const fs::path& multivariant) : root_(multivariant.parent_path()) {}

  // Where a URI in a playlist leads, relative to the folder; nullopt if not into it.
  static std::optional<fs::path> resolve(const fs::path& playlist, std::string_view uri);

  hls::TrackFacts read_track(const std::string& uri) const;
  Result<Bytes> read(const fs::path& path, std::optional<hls::ForeignRange> range) const;

 private:
  // What a URI leads to, or the error and how far one could look.
  struct Found {
    std::optional<fs::path> path;
    Result<Bytes> bytes;

    hls::Look look() const { return path ? hls::Look::unread : hls::Look::beyond; }
  };

  Found find(const fs::path& playlist, const std::string& uri,
             std::optional<hls::ForeignRange> range) const;
  ReadInit read_map(const fs::path& playlist, const hls::ForeignMap& map) const;
  hls::SegmentFacts read_one(const fs::path& playlist, const hls::ForeignSegment& segment,
                             const SegmentUse& use) const;

  const fs::path root_;
};

std::optional<fs::path> Folder::resolve(const fs::path& playlist, std::string_view uri) {
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

Result<Bytes> Folder::read(const fs::path& path, std::optional<hls::ForeignRange> range) const {
  std::error_code error;
  const fs::path root = fs::weakly_canonical(root_.empty() ? "." : root_, error);
  const fs::path real = fs::weakly_canonical(root / path, error);
  const fs::path inside = real.lexically_relative(root);
  if (error || inside.empty() || *inside.begin() == "..") {
    return fail(ErrorCode::not_found, "The link leads out of the folder.");
  }
  return read_file(real, range);
}

Folder::Found Folder::find(const fs::path& playlist, const std::string& uri,
                           std::optional<hls::ForeignRange> range) const {
  const auto path = resolve(playlist, uri);
  if (!path) return {path, fail(ErrorCode::not_found, "The URI leads out of the folder.")};
  return {path, read(*path, range)};
}

// Which pictures the segments of an I-frame playlist hold. Each is a range of a file that must be
// read whole to know; those of one file follow each other.
class IFrames {
 public:
  explicit IFrames(const Folder& folder) : folder_(folder) {}

  void look_into(const fs::path& path, const hls::ForeignSegment& segment, const ReadInit& init,
                 hls::SegmentFacts& facts) {
    if (path != path_ || &init != init_) {
      const auto bytes = folder_.read(path, std::nullopt);
      frames_ = bytes ? list_i_frames(*bytes, init) : std::nullopt;
      path_ = path;
      init_ = &init;
    }
    if (!frames_) return;
    facts.is_i_frame_known = true;
    const std::int64_t begin = segment.range ? segment.range->offset : 0;
    for (const IFrame& frame : *frames_) {
      const bool is_inside = frame.range.offset >= begin &&
                             frame.range.offset + frame.range.length <= begin + facts.bytes;
      if (is_inside) facts.i_frame_pts = frame.pts;
    }
  }

 private:
  const Folder& folder_;
  fs::path path_;
  const ReadInit* init_ = nullptr;
  std::optional<std::vector<IFrame>> frames_;
};

ReadInit Folder::read_map(const fs::path& playlist, const hls::ForeignMap& map) const {
  Found found = find(playlist, map.uri, map.range);
  if (found.bytes) return read_init(std::move(*found.bytes));
  ReadInit read;
  read.facts.look = found.look();
  read.facts.why = found.bytes.error().message;
  return read;
}

hls::SegmentFacts Folder::read_one(const fs::path& playlist, const hls::ForeignSegment& segment,
                                   const SegmentUse& use) const {
  hls::SegmentFacts facts;
  facts.look = hls::Look::opened;
  if (segment.gap) return facts;
  const Found found = find(playlist, segment.uri, segment.range);
  if (found.bytes) return read_segment(*found.bytes, use);
  facts.look = found.look();
  facts.why = found.bytes.error().message;
  return facts;
}

hls::TrackFacts Folder::read_track(const std::string& uri) const {
  hls::TrackFacts track;
  const Found text = find("", uri, std::nullopt);
  if (!text.bytes) {
    track.look = text.look();
    track.why = text.bytes.error().message;
    return track;
  }
  track.look = hls::Look::whole;
  track.playlist = hls::read_foreign_playlist(as_text(*text.bytes));
  std::vector<ReadInit> inits;
  for (const auto& map : track.playlist.maps) inits.push_back(read_map(*text.path, map));
  IFrames i_frames(*this);
  for (const auto& segment : track.playlist.segments) {
    const ReadInit* init =
        segment.map < 0 ? nullptr : &inits[static_cast<std::size_t>(segment.map)];
    const SegmentUse use{.init = init,
                         .is_i_frame = track.playlist.i_frames_only,
                         .is_encrypted = segment.encrypted};
    hls::SegmentFacts facts = read_one(*text.path, segment, use);
    const auto path = resolve(*text.path, segment.uri);
    if (use.is_i_frame && init && path && facts.look == hls::Look::opened) {
      i_frames.look_into(*path, segment, *init, facts);
    }
    track.segments.push_back(std::move(facts));
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
