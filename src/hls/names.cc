#include "hls/names.h"

#include <charconv>

#include "core/segment.h"

namespace vodmill::hls {
namespace {

constexpr std::string_view kPlaylistExtension = ".m3u8";
constexpr std::string_view kFinalSuffix = "-vod";
constexpr std::string_view kIFramesSuffix = "-iframes";
constexpr std::string_view kInitPrefix = "init-";
constexpr std::string_view kInitExtension = ".mp4";
constexpr std::string_view kSegmentExtension = ".m4s";
constexpr std::string_view kStoryboardName = "storyboard.vtt";
constexpr std::string_view kStripFolder = "thumbs";
constexpr std::string_view kPosterFolder = "posters";
constexpr std::string_view kPictureExtension = ".jpg";

// Takes `prefix` or `suffix` away from `text`; false and nothing taken if it is not there.
bool take_front(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_back(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// A whole text that std::to_string could have written: no sign, no leading zero.
template <class T>
std::optional<T> read_number(std::string_view text) {
  T value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool canonical = !text.empty() && text[0] != '-' && (text[0] != '0' || text.size() == 1);
  if (error != std::errc() || stop != end || !canonical) return std::nullopt;
  return value;
}

bool is_rendition(std::string_view name) {
  if (name.empty() || (name[0] != 'v' && name[0] != 'a')) return false;
  return read_number<int>(name.substr(1)).has_value();
}

// "v0.m3u8", "v0-vod.m3u8" and "v0-iframes.m3u8".
std::optional<StreamName> read_playlist(std::string_view file, int generation) {
  if (!take_back(file, kPlaylistExtension)) return std::nullopt;
  NameKind kind = NameKind::media;
  if (take_back(file, kFinalSuffix))
    kind = NameKind::final_media;
  else if (take_back(file, kIFramesSuffix))
    kind = NameKind::i_frames;
  if (!is_rendition(file)) return std::nullopt;
  return StreamName{kind, generation, std::string(file), 0};
}

// "init-7.mp4" and "12-7.m4s" in a rendition's folder.
std::optional<StreamName> read_segment(std::string_view rendition, std::string_view file,
                                       int generation) {
  if (!is_rendition(rendition)) return std::nullopt;
  StreamName name{NameKind::init_segment, generation, std::string(rendition), kInitSegment};
  if (take_front(file, kInitPrefix)) {
    const bool known =
        take_back(file, kInitExtension) && read_number<std::int64_t>(file).has_value();
    return known ? std::optional(name) : std::nullopt;
  }
  const std::size_t dash = file.find('-');
  if (!take_back(file, kSegmentExtension) || dash == std::string_view::npos) return std::nullopt;
  const std::optional<int> index = read_number<int>(file.substr(0, dash));
  if (!index || !read_number<std::int64_t>(file.substr(dash + 1))) return std::nullopt;
  name.kind = NameKind::segment;
  name.index = *index;
  return name;
}

// "12-7.jpg".
std::optional<StreamName> read_strip(std::string_view file, int generation) {
  const std::size_t dash = file.find('-');
  if (!take_back(file, kPictureExtension) || dash == std::string_view::npos) return std::nullopt;
  const std::optional<int> segment = read_number<int>(file.substr(0, dash));
  if (!segment || !read_number<std::int64_t>(file.substr(dash + 1))) return std::nullopt;
  return StreamName{NameKind::strip, generation, {}, *segment};
}

BlobKey picture_key(std::string_view prefix, std::string_view folder, int segment, Token token) {
  std::string key(prefix);
  key.append(folder).append("/").append(std::to_string(segment)).append("-");
  return BlobKey(key.append(std::to_string(token.value)).append(kPictureExtension));
}

std::string playlist_name(int generation, std::string_view rendition, std::string_view suffix) {
  std::string name = generation_prefix(generation);
  return name.append(rendition).append(suffix).append(kPlaylistExtension);
}

}  // namespace

std::string generation_prefix(int generation) { return "g" + std::to_string(generation) + "/"; }

BlobKey segment_key(std::string_view prefix, std::string_view rendition, int index, Token token) {
  const bool is_init = index == kInitSegment;
  std::string key(prefix);
  key.append(rendition).append("/");
  key.append(is_init ? kInitPrefix : std::to_string(index) + "-");
  key.append(std::to_string(token.value)).append(is_init ? kInitExtension : kSegmentExtension);
  return BlobKey(std::move(key));
}

std::string media_playlist_name(int generation, std::string_view rendition) {
  return playlist_name(generation, rendition, "");
}

std::string final_media_playlist_name(int generation, std::string_view rendition) {
  return playlist_name(generation, rendition, kFinalSuffix);
}

std::string i_frame_playlist_name(int generation, std::string_view rendition) {
  return playlist_name(generation, rendition, kIFramesSuffix);
}

std::string storyboard_name(int generation) {
  return generation_prefix(generation).append(kStoryboardName);
}

BlobKey strip_key(std::string_view prefix, int segment, Token token) {
  return picture_key(prefix, kStripFolder, segment, token);
}

BlobKey poster_key(std::string_view prefix, int segment, Token token) {
  return picture_key(prefix, kPosterFolder, segment, token);
}

std::string stills_prefix(std::string_view prefix) { return std::string(prefix) + "stills/"; }

BlobKey still_key(std::string_view prefix, std::int64_t frame, int width, std::string_view id) {
  std::string key = stills_prefix(prefix);
  key.append(std::to_string(frame)).append("-").append(std::to_string(width)).append("-");
  return BlobKey(key.append(id).append(kPictureExtension));
}

std::string segment_uri(const BlobKey& key) {
  const std::string& text = key.str();
  const std::size_t file = text.rfind('/');
  if (file == std::string::npos || file == 0) return text;
  const std::size_t folder = text.rfind('/', file - 1);
  return folder == std::string::npos ? text : text.substr(folder + 1);
}

std::optional<StreamName> parse_stream_name(std::string_view name) {
  if (name == kMultivariantName) return StreamName{};
  if (name == kPosterName) return StreamName{NameKind::poster, 0, {}, 0};
  if (!take_front(name, "g")) return std::nullopt;
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<int> generation = read_number<int>(name.substr(0, slash));
  if (!generation || *generation == 0) return std::nullopt;
  name.remove_prefix(slash + 1);
  if (name == kStoryboardName) return StreamName{NameKind::storyboard, *generation, {}, 0};
  const std::size_t slash_of_folder = name.find('/');
  if (slash_of_folder == std::string_view::npos) return read_playlist(name, *generation);
  const std::string_view folder = name.substr(0, slash_of_folder);
  const std::string_view file = name.substr(slash_of_folder + 1);
  return folder == kStripFolder ? read_strip(file, *generation)
                                : read_segment(folder, file, *generation);
}

std::string_view mime_type(std::string_view name) {
  if (name.ends_with(kPlaylistExtension)) return "application/vnd.apple.mpegurl";
  if (name.ends_with(kSegmentExtension)) return "video/iso.segment";
  if (name.ends_with(kInitExtension)) return "video/mp4";
  if (name.ends_with(kPictureExtension)) return "image/jpeg";
  if (name.ends_with(kStoryboardName)) return "text/vtt; charset=utf-8";
  return "application/octet-stream";
}

}  // namespace vodmill::hls
