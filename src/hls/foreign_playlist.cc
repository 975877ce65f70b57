#include "hls/foreign_playlist.h"

#include <algorithm>

#include "hls/playlist_text.h"

namespace vodmill::hls {
namespace {

constexpr int kDurationDigits = 9;
constexpr std::int64_t kLongestSeconds = 43'200;
constexpr std::int64_t kLongestDuration = kLongestSeconds * kForeignTimescale;
constexpr std::int64_t kLargestOffset = std::int64_t{1} << 50;

// Collects the faults of one text.
class Faults {
 public:
  explicit Faults(std::vector<Fault>& into) : into_(into) {}

  void at(int line) { line_ = line; }
  void add(std::string_view section, std::string sentence) {
    into_.push_back({line_, section, std::move(sentence)});
  }

  // The value, or a fault and nullopt.
  template <class T>
  std::optional<T> expect(std::string_view section, Result<T> result) {
    if (result) return std::move(result).value();
    add(section, std::move(result).error().message);
    return std::nullopt;
  }

 private:
  std::vector<Fault>& into_;
  int line_ = 0;
};

// The lines of a text; none, and a fault, if it is no playlist at all.
std::vector<Line> lines_of(std::string_view text, Faults& faults) {
  if (text.size() > kLargestPlaylist) {
    faults.add("4.1", "The playlist is larger than 16 MiB and was not read.");
    return {};
  }
  return faults.expect("4.1", read_lines(text)).value_or(std::vector<Line>());
}

// One tag's attribute list.
class TagReader {
 public:
  TagReader(std::string_view value, Faults& faults) : faults_(faults) {
    attributes_ = faults.expect("4.2", Attributes::parse(value));
  }

  std::optional<std::string> quoted(std::string_view name) {
    if (!has(name)) return std::nullopt;
    return faults_.expect("4.2", attributes_->quoted(name));
  }
  std::string word(std::string_view name) {
    if (!has(name)) return "";
    const auto value = faults_.expect("4.2", attributes_->enumerated(name));
    return std::string(value.value_or(""));
  }
  std::optional<std::int64_t> integer(std::string_view name) {
    if (!has(name)) return std::nullopt;
    return faults_.expect("4.2", attributes_->integer(name));
  }
  // Bits a second.
  std::optional<std::int64_t> bit_rate(std::string_view name) {
    constexpr std::int64_t kLargest = 1'000'000'000'000;
    const auto value = integer(name);
    if (!value || (*value > 0 && *value <= kLargest)) return value;
    faults_.add("4.3.4.2", std::string(name) + " must be a bit rate, from 1 to 10^12.");
    return std::nullopt;
  }
  bool yes(std::string_view name, std::string_view section) {
    const std::string value = word(name);
    if (!value.empty() && value != "YES" && value != "NO") {
      faults_.add(section, std::string(name) + " must be YES or NO.");
    }
    return value == "YES";
  }
  std::optional<std::int64_t> decimal(std::string_view name, int digits) {
    const std::string value = word(name);
    if (value.empty()) return std::nullopt;
    return faults_.expect("4.2", read_decimal(value, digits));
  }
  std::optional<PictureSize> size(std::string_view name);

 private:
  bool has(std::string_view name) const { return attributes_ && attributes_->has(name); }

  Faults& faults_;
  std::optional<Attributes> attributes_;
};

std::optional<PictureSize> TagReader::size(std::string_view name) {
  constexpr std::int64_t kLargest = 65535;
  const std::string value = word(name);
  if (value.empty()) return std::nullopt;
  const std::size_t cross = value.find('x');
  if (cross != std::string::npos) {
    const auto width = read_integer(std::string_view(value).substr(0, cross));
    const auto height = read_integer(std::string_view(value).substr(cross + 1));
    if (width && height && *width > 0 && *height > 0 && *width <= kLargest && *height <= kLargest) {
      return PictureSize{static_cast<int>(*width), static_cast<int>(*height)};
    }
  }
  faults_.add("4.2", std::string(name) + " must be WIDTHxHEIGHT, for example 1280x720.");
  return std::nullopt;
}

// "avc1.64001f, mp4a.40.2"
std::vector<std::string> split_codecs(std::string_view text) {
  std::vector<std::string> codecs;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view codec = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (codec.starts_with(' ')) codec.remove_prefix(1);
    while (codec.ends_with(' ')) codec.remove_suffix(1);
    if (!codec.empty()) codecs.emplace_back(codec);
  }
  return codecs;
}

int read_version(std::string_view value, Faults& faults) {
  constexpr std::int64_t kNewest = 100;
  const auto version = faults.expect("4.3.1.2", read_integer(value));
  if (version && *version >= 1 && *version <= kNewest) return static_cast<int>(*version);
  if (version) faults.add("4.3.1.2", "EXT-X-VERSION must be from 1 on.");
  return 1;
}

class MultivariantReader {
 public:
  ForeignMultivariant read(std::string_view text) {
    for (const Line& line : lines_of(text, faults_)) {
      faults_.at(line.number);
      if (line.name.empty()) {
        take_uri(line);
      } else {
        expect_no_waiting();
        read_tag(line);
      }
    }
    expect_no_waiting();
    faults_.at(0);
    if (playlist_.variants.empty()) faults_.add("4.3.4.2", "The playlist names no variant.");
    return std::move(playlist_);
  }

 private:
  void take_uri(const Line& line) {
    if (!waiting_) {
      faults_.add("4.3.4.2", "A URI must follow its EXT-X-STREAM-INF: write one URI a variant.");
      return;
    }
    waiting_->uri = line.value;
    playlist_.variants.push_back(std::move(*waiting_));
    waiting_.reset();
  }

  void expect_no_waiting() {
    if (!waiting_) return;
    faults_.add("4.3.4.2",
                "The EXT-X-STREAM-INF before this has no URI: write it on the next line.");
    waiting_.reset();
  }

  void read_tag(const Line& line) {
    if (line.name == "#EXT-X-VERSION") playlist_.version = read_version(line.value, faults_);
    if (line.name == "#EXT-X-INDEPENDENT-SEGMENTS") playlist_.independent_segments = true;
    if (line.name == "#EXT-X-MEDIA") read_media(line);
    if (line.name == "#EXT-X-STREAM-INF") waiting_ = read_variant(line, "4.3.4.2");
    if (line.name == "#EXT-X-I-FRAME-STREAM-INF") {
      playlist_.i_frame_variants.push_back(read_variant(line, "4.3.4.3"));
      if (playlist_.i_frame_variants.back().uri.empty()) {
        faults_.add("4.3.4.3", "EXT-X-I-FRAME-STREAM-INF needs a URI attribute.");
        playlist_.i_frame_variants.pop_back();
      }
    }
    if (line.name == "#EXTINF" || line.name == "#EXT-X-TARGETDURATION") {
      faults_.add("4.1", std::string(line.name.substr(1)) +
                             " belongs into a media playlist, not beside variants.");
    }
  }

  void read_media(const Line& line) {
    TagReader tag(line.value, faults_);
    ForeignMedia media;
    media.line = line.number;
    media.type = tag.word("TYPE");
    media.group_id = tag.quoted("GROUP-ID").value_or("");
    media.name = tag.quoted("NAME").value_or("");
    media.characteristics = tag.quoted("CHARACTERISTICS").value_or("");
    media.language = tag.quoted("LANGUAGE");
    media.channels = tag.quoted("CHANNELS");
    media.uri = tag.quoted("URI");
    media.is_default = tag.yes("DEFAULT", "4.3.4.1");
    media.autoselect = tag.yes("AUTOSELECT", "4.3.4.1");
    if (media.type.empty() || media.group_id.empty() || media.name.empty()) {
      faults_.add("4.3.4.1", "EXT-X-MEDIA needs TYPE, GROUP-ID and NAME.");
    }
    playlist_.media.push_back(std::move(media));
  }

  ForeignVariant read_variant(const Line& line, std::string_view section) {
    constexpr int kRateDigits = 3;
    TagReader tag(line.value, faults_);
    ForeignVariant variant;
    variant.line = line.number;
    variant.uri = tag.quoted("URI").value_or("");
    variant.bandwidth = tag.bit_rate("BANDWIDTH");
    variant.average_bandwidth = tag.bit_rate("AVERAGE-BANDWIDTH");
    variant.codecs = split_codecs(tag.quoted("CODECS").value_or(""));
    variant.resolution = tag.size("RESOLUTION");
    variant.frame_rate = tag.decimal("FRAME-RATE", kRateDigits);
    variant.video_range = tag.word("VIDEO-RANGE");
    variant.audio = tag.quoted("AUDIO").value_or("");
    variant.subtitles = tag.quoted("SUBTITLES").value_or("");
    if (!variant.bandwidth) faults_.add(section, "Add BANDWIDTH: players choose by it.");
    return variant;
  }

  ForeignMultivariant playlist_;
  Faults faults_{playlist_.faults};
  std::optional<ForeignVariant> waiting_;  // for its URI
};

class MediaReader {
 public:
  ForeignPlaylist read(std::string_view text) {
    for (const Line& line : lines_of(text, faults_)) {
      faults_.at(line.number);
      if (playlist_.ended) faults_.add("4.3.3.4", "Take away what follows EXT-X-ENDLIST.");
      if (line.name.empty()) {
        take_uri(line);
      } else {
        read_tag(line);
      }
    }
    if (has_duration_) faults_.add("4.3.2.1", "The last EXTINF has no URI.");
    faults_.at(0);
    if (!playlist_.target_duration) {
      faults_.add("4.3.3.1", "Add EXT-X-TARGETDURATION: the longest segment in whole seconds.");
    }
    if (playlist_.segments.empty()) faults_.add("4.3.2", "The playlist has no segment.");
    return std::move(playlist_);
  }

 private:
  void read_tag(const Line& line) {
    if (line.name == "#EXTINF") read_duration(line.value);
    if (line.name == "#EXT-X-BYTERANGE") range_text_ = line.value;
    if (line.name == "#EXT-X-DISCONTINUITY") next_.discontinuity = true;
    if (line.name == "#EXT-X-GAP") next_.gap = true;
    if (line.name == "#EXT-X-KEY") read_key(line);
    if (line.name == "#EXT-X-MAP") read_map(line);
    if (line.name == "#EXT-X-VERSION") playlist_.version = read_version(line.value, faults_);
    if (line.name == "#EXT-X-TARGETDURATION") read_target_duration(line.value);
    if (line.name == "#EXT-X-PLAYLIST-TYPE") read_type(line.value);
    if (line.name == "#EXT-X-ENDLIST") playlist_.ended = true;
    if (line.name == "#EXT-X-I-FRAMES-ONLY") playlist_.i_frames_only = true;
    if (line.name == "#EXT-X-INDEPENDENT-SEGMENTS") playlist_.independent_segments = true;
    if (line.name == "#EXT-X-STREAM-INF" || line.name == "#EXT-X-MEDIA") {
      faults_.add("4.1", std::string(line.name.substr(1)) +
                             " belongs into a multivariant playlist, not beside segments.");
    }
  }

  void read_duration(std::string_view value) {
    const std::size_t comma = value.find(',');
    const std::string_view seconds = value.substr(0, comma);
    if (comma == std::string_view::npos) {
      faults_.add("4.3.2.1", "Write a comma after the duration of EXTINF.");
    }
    if (has_duration_) faults_.add("4.3.2.1", "The EXTINF before this has no URI.");
    playlist_.has_fractions |= seconds.find('.') != std::string_view::npos;
    next_.duration = faults_.expect("4.3.2.1", read_decimal(seconds, kDurationDigits)).value_or(0);
    if (next_.duration > kLongestDuration) {
      faults_.add("4.3.2.1", "A segment of more than 12 hours is not one.");
      next_.duration = kLongestDuration;
    }
    has_duration_ = true;
  }

  void take_uri(const Line& line) {
    if (playlist_.segments.size() == kMostSegments) {
      if (!is_full_) faults_.add("4.1", "More than 100000 segments are not read.");
      is_full_ = true;
      return;
    }
    if (!has_duration_) faults_.add("4.3.2.1", "A segment needs an EXTINF in front of its URI.");
    next_.line = line.number;
    next_.uri = line.value;
    next_.encrypted = encrypted_;
    next_.map = static_cast<int>(playlist_.maps.size()) - 1;
    if (!range_text_.empty()) next_.range = read_range(range_text_, end_of_previous_range());
    playlist_.segments.push_back(std::move(next_));
    next_ = {};
    range_text_ = {};
    has_duration_ = false;
  }

  // Where a range without an offset begins (4.3.2.2).
  std::optional<std::int64_t> end_of_previous_range() const {
    if (playlist_.segments.empty()) return std::nullopt;
    const ForeignSegment& previous = playlist_.segments.back();
    if (!previous.range || previous.uri != next_.uri) return std::nullopt;
    return previous.range->offset + previous.range->length;
  }

  std::optional<ForeignRange> read_range(std::string_view text,
                                         std::optional<std::int64_t> implied) {
    const std::size_t at = text.find('@');
    const auto length = faults_.expect("4.3.2.2", read_integer(text.substr(0, at)));
    if (at != std::string_view::npos) {
      implied = faults_.expect("4.3.2.2", read_integer(text.substr(at + 1)));
    } else if (!implied) {
      faults_.add("4.3.2.2",
                  "A byte range needs its offset unless one of the same file is before it.");
    }
    if (!length || !implied) return std::nullopt;
    if (*length < 1 || *length > kLargestOffset || *implied > kLargestOffset - *length) {
      faults_.add("4.3.2.2", "The byte range is empty or absurd.");
      return std::nullopt;
    }
    return ForeignRange{*implied, *length};
  }

  void read_map(const Line& line) {
    TagReader tag(line.value, faults_);
    ForeignMap map;
    map.line = line.number;
    map.uri = tag.quoted("URI").value_or("");
    if (map.uri.empty()) faults_.add("4.3.2.5", "EXT-X-MAP needs a URI.");
    if (const auto range = tag.quoted("BYTERANGE")) map.range = read_range(*range, 0);
    playlist_.maps.push_back(std::move(map));
  }

  void read_key(const Line& line) {
    TagReader tag(line.value, faults_);
    ForeignKey key{.line = line.number,
                   .method = tag.word("METHOD"),
                   .format = tag.quoted("KEYFORMAT").value_or("")};
    encrypted_ = key.method != "NONE";
    playlist_.keys.push_back(std::move(key));
  }

  void read_target_duration(std::string_view value) {
    const auto seconds = faults_.expect("4.3.3.1", read_integer(value));
    if (seconds && (*seconds < 1 || *seconds > kLongestSeconds)) {
      faults_.add("4.3.3.1", "EXT-X-TARGETDURATION must be from 1 to 43200 seconds.");
    } else if (seconds) {
      playlist_.target_duration = seconds;
    }
  }

  void read_type(std::string_view value) {
    if (value != "VOD" && value != "EVENT") {
      faults_.add("4.3.3.5", "EXT-X-PLAYLIST-TYPE must be VOD or EVENT.");
    }
    playlist_.type = value;
  }

  ForeignPlaylist playlist_;
  Faults faults_{playlist_.faults};
  ForeignSegment next_;
  std::string_view range_text_;
  bool has_duration_ = false;
  bool encrypted_ = false;
  bool is_full_ = false;
};

}  // namespace

bool names_variants(std::string_view text) {
  return text.find("\n#EXT-X-STREAM-INF:") != std::string_view::npos;
}

ForeignMultivariant read_foreign_multivariant(std::string_view text) {
  return MultivariantReader().read(text);
}

ForeignPlaylist read_foreign_playlist(std::string_view text) { return MediaReader().read(text); }

}  // namespace vodmill::hls
