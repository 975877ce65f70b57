#include "hls/media_playlist.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/rational.h"
#include "hls/playlist_text.h"

namespace vodmill::hls {
namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr int kWrittenDigits = 6;
constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr int kReadDigits = 9;

std::string_view name_of(PlaylistType type) {
  return type == PlaylistType::event ? "EVENT" : "VOD";
}

std::string to_line(const ByteRange& range) {
  return "#EXT-X-BYTERANGE:" + std::to_string(range.bytes) + "@" + std::to_string(range.offset) +
         "\n";
}

class Parser {
 public:
  Result<MediaPlaylist> parse(std::string_view text);

 private:
  struct Tag {
    std::string_view name;
    Result<> (Parser::*read)(std::string_view value);
  };

  Result<> read(const Line& line);
  Result<> read_tag(const Line& line);
  Result<> read_uri(std::string_view uri);
  Result<> read_version(std::string_view value);
  Result<> read_target_duration(std::string_view value);
  Result<> read_sequence(std::string_view value);
  Result<> read_type(std::string_view value);
  Result<> read_independent(std::string_view value);
  Result<> read_i_frames(std::string_view value);
  Result<> read_start(std::string_view value);
  Result<> read_map(std::string_view value);
  Result<> read_end(std::string_view value);
  Result<> read_duration(std::string_view value);
  Result<> read_range(std::string_view value);
  Result<> check_header() const;

  static std::unexpected<Error> refuse(std::string sentence) {
    return fail(ErrorCode::verification_failed, std::move(sentence));
  }
  bool has(std::string_view tag) const { return std::ranges::find(seen_, tag) != seen_.end(); }

  // May stand in a playlist once.
  static constexpr std::array kOnce{
      Tag{"#EXT-X-VERSION", &Parser::read_version},
      Tag{"#EXT-X-TARGETDURATION", &Parser::read_target_duration},
      Tag{"#EXT-X-MEDIA-SEQUENCE", &Parser::read_sequence},
      Tag{"#EXT-X-PLAYLIST-TYPE", &Parser::read_type},
      Tag{"#EXT-X-INDEPENDENT-SEGMENTS", &Parser::read_independent},
      Tag{"#EXT-X-I-FRAMES-ONLY", &Parser::read_i_frames},
      Tag{"#EXT-X-START", &Parser::read_start},
      Tag{"#EXT-X-MAP", &Parser::read_map},
      Tag{"#EXT-X-ENDLIST", &Parser::read_end},
  };

  // Would change what the playlist means. Other unknown tags are ignored (RFC 8216, 6.3.1).
  static constexpr std::array<std::string_view, 7> kRefused{
      "#EXT-X-DISCONTINUITY", "#EXT-X-DISCONTINUITY-SEQUENCE",
      "#EXT-X-KEY",           "#EXT-X-GAP",
      "#EXT-X-SKIP",          "#EXT-X-STREAM-INF",
      "#EXT-X-MEDIA",
  };

  MediaPlaylist playlist_;
  std::vector<std::string_view> seen_;
  // Of the entry whose URI has not come yet.
  std::optional<std::int64_t> duration_;
  std::optional<ByteRange> range_;
};

Result<MediaPlaylist> Parser::parse(std::string_view text) {
  const std::vector<Line> lines = TRY(read_lines(text));
  playlist_.timescale = kNanoseconds;
  for (const Line& line : lines) {
    Result<> read_line = read(line);
    if (!read_line) return refuse_line(line.number, read_line.error().message);
  }
  const int last = lines.back().number;
  if (duration_) return refuse_line(last, "The last EXTINF has no URI.");
  const Result<> header = check_header();
  if (!header) return refuse_line(last, header.error().message);
  return std::move(playlist_);
}

Result<> Parser::read(const Line& line) {
  if (playlist_.ended) return refuse("Nothing may follow EXT-X-ENDLIST.");
  if (duration_ && line.name == "#EXT-X-BYTERANGE") return read_range(line.value);
  if (duration_ && !line.name.empty()) return refuse("EXTINF must be followed by its URI.");
  return line.name.empty() ? read_uri(line.value) : read_tag(line);
}

Result<> Parser::read_tag(const Line& line) {
  if (line.name == "#EXTINF") return read_duration(line.value);
  if (line.name == "#EXT-X-BYTERANGE") return refuse("EXT-X-BYTERANGE must follow an EXTINF.");
  if (std::ranges::find(kRefused, line.name) != kRefused.end()) {
    return refuse("The tag " + std::string(line.name.substr(1)) + " is not one of this stream's.");
  }
  const auto tag = std::ranges::find(kOnce, line.name, &Tag::name);
  if (tag == kOnce.end()) return {};
  if (has(tag->name)) {
    return refuse("The tag " + std::string(line.name.substr(1)) + " stands here twice.");
  }
  seen_.push_back(tag->name);
  return (this->*tag->read)(line.value);
}

Result<> Parser::read_uri(std::string_view uri) {
  if (!duration_) return refuse("A segment needs an EXTINF.");
  if (range_.has_value() != playlist_.i_frames_only) {
    return refuse("Entries of I-frame playlists have an EXT-X-BYTERANGE, others have none.");
  }
  playlist_.segments.push_back({std::string(uri), *duration_, range_});
  duration_.reset();
  range_.reset();
  return {};
}

Result<> Parser::read_version(std::string_view value) {
  constexpr int kNewest = 12;
  const std::int64_t version = TRY(read_integer(value));
  // EXT-X-MAP in a playlist of whole segments needs 6 (RFC 8216, 7).
  if (version < 6 || version > kNewest) return refuse("EXT-X-VERSION must be from 6 to 12.");
  playlist_.version = static_cast<int>(version);
  return {};
}

Result<> Parser::read_target_duration(std::string_view value) {
  constexpr int kLongest = 3600;
  const std::int64_t seconds = TRY(read_integer(value));
  if (seconds < 1 || seconds > kLongest) {
    return refuse("EXT-X-TARGETDURATION must be from 1 to 3600 seconds.");
  }
  playlist_.target_duration = static_cast<int>(seconds);
  return {};
}

Result<> Parser::read_sequence(std::string_view value) {
  const std::int64_t first = TRY(read_integer(value));
  if (first != 0) return refuse("EXT-X-MEDIA-SEQUENCE must be 0: segments are never taken away.");
  return {};
}

Result<> Parser::read_type(std::string_view value) {
  if (value != "EVENT" && value != "VOD") return refuse("EXT-X-PLAYLIST-TYPE is EVENT or VOD.");
  playlist_.type = value == "VOD" ? PlaylistType::vod : PlaylistType::event;
  return {};
}

Result<> Parser::read_independent(std::string_view value) {
  if (!value.empty()) return refuse("EXT-X-INDEPENDENT-SEGMENTS has no value.");
  return {};
}

Result<> Parser::read_i_frames(std::string_view value) {
  if (!value.empty()) return refuse("EXT-X-I-FRAMES-ONLY has no value.");
  if (!playlist_.segments.empty())
    return refuse("EXT-X-I-FRAMES-ONLY must stand before the entries.");
  playlist_.i_frames_only = true;
  return {};
}

Result<> Parser::read_start(std::string_view value) {
  if (value != "TIME-OFFSET=0") return refuse("EXT-X-START must be TIME-OFFSET=0.");
  return {};
}

Result<> Parser::read_map(std::string_view value) {
  const Attributes attributes = TRY(Attributes::parse(value));
  if (attributes.has("BYTERANGE")) return refuse("EXT-X-MAP must name a whole file.");
  if (!playlist_.segments.empty()) return refuse("EXT-X-MAP must stand before the segments.");
  playlist_.init_uri = TRY(attributes.quoted("URI"));
  return {};
}

Result<> Parser::read_end(std::string_view value) {
  if (!value.empty()) return refuse("EXT-X-ENDLIST has no value.");
  playlist_.ended = true;
  return {};
}

Result<> Parser::read_duration(std::string_view value) {
  const std::size_t comma = value.find(',');
  if (comma == std::string_view::npos) return refuse("EXTINF needs a comma after its duration.");
  if (!has("#EXT-X-TARGETDURATION")) {
    return refuse("EXT-X-TARGETDURATION must stand before the segments.");
  }
  const std::int64_t duration = TRY(read_decimal(value.substr(0, comma), kReadDigits));
  if (!fits_target(duration, kNanoseconds, playlist_.target_duration)) {
    return refuse("The segment is longer than EXT-X-TARGETDURATION.");
  }
  duration_ = duration;
  return {};
}

Result<> Parser::read_range(std::string_view value) {
  const std::size_t at = value.find('@');
  if (at == std::string_view::npos) return refuse("EXT-X-BYTERANGE is LENGTH@OFFSET.");
  ByteRange range;
  range.bytes = TRY(read_integer(value.substr(0, at)));
  range.offset = TRY(read_integer(value.substr(at + 1)));
  if (range.bytes == 0 || range_) return refuse("EXT-X-BYTERANGE is empty or stands here twice.");
  range_ = range;
  return {};
}

Result<> Parser::check_header() const {
  for (const std::string_view tag :
       {"#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-PLAYLIST-TYPE", "#EXT-X-MAP",
        "#EXT-X-INDEPENDENT-SEGMENTS"}) {
    if (!has(tag)) return refuse("The tag " + std::string(tag.substr(1)) + " is missing.");
  }
  if (has("#EXT-X-START") != (playlist_.type == PlaylistType::event)) {
    return refuse("An EVENT playlist needs EXT-X-START, a VOD playlist has none.");
  }
  return {};
}

}  // namespace

bool fits_target(std::int64_t duration, std::int64_t timescale, int target_duration) {
  return mul_div_round(duration, 1, timescale) <= target_duration;
}

std::string to_text(const MediaPlaylist& playlist) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:" + std::to_string(playlist.version);
  text += "\n#EXT-X-TARGETDURATION:" + std::to_string(playlist.target_duration);
  text += "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:";
  text += name_of(playlist.type);
  text += "\n#EXT-X-INDEPENDENT-SEGMENTS";
  if (playlist.i_frames_only) text += "\n#EXT-X-I-FRAMES-ONLY";
  if (playlist.type == PlaylistType::event) text += "\n#EXT-X-START:TIME-OFFSET=0";
  text += "\n#EXT-X-MAP:URI=" + quote(playlist.init_uri) + "\n";

  std::int64_t units = 0;
  std::int64_t written = 0;  // microseconds
  for (const PlaylistSegment& segment : playlist.segments) {
    units += segment.duration;
    const std::int64_t end = mul_div_round(units, kMicroseconds, playlist.timescale);
    text += "#EXTINF:" + decimal(end - written, kWrittenDigits) + ",\n";
    if (segment.range) text += to_line(*segment.range);
    text += segment.uri + "\n";
    written = end;
  }
  if (playlist.ended) text += "#EXT-X-ENDLIST\n";
  return text;
}

Result<MediaPlaylist> parse_media_playlist(std::string_view text) { return Parser().parse(text); }

}  // namespace vodmill::hls
