#include "hls/multivariant_playlist.h"

#include <algorithm>

#include "hls/playlist_text.h"

namespace vodmill::hls {
namespace {

constexpr int kRateDigits = 3;
constexpr std::int64_t kRateUnits = 1000;

std::unexpected<Error> refuse(std::string sentence) {
  return fail(ErrorCode::verification_failed, std::move(sentence));
}

std::string to_line(const AudioMedia& media) {
  std::string line = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=" + quote(media.group_id);
  line += ",NAME=" + quote(media.name) + ",LANGUAGE=" + quote(media.language);
  line += media.is_default ? ",DEFAULT=YES" : ",DEFAULT=NO";
  line += media.autoselect ? ",AUTOSELECT=YES" : ",AUTOSELECT=NO";
  line += ",CHANNELS=" + quote(std::to_string(media.channels)) + ",URI=" + quote(media.uri);
  return line + "\n";
}

std::string to_lines(const Variant& variant) {
  std::string line = "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(variant.bandwidth);
  if (variant.average_bandwidth) {
    line += ",AVERAGE-BANDWIDTH=" + std::to_string(*variant.average_bandwidth);
  }
  line += ",CODECS=" + quote(variant.codecs);
  line += ",RESOLUTION=" + std::to_string(variant.width) + "x" + std::to_string(variant.height);
  const Rational rate = variant.frame_rate;
  line += ",FRAME-RATE=" + decimal(mul_div_round(rate.num, kRateUnits, rate.den), kRateDigits);
  if (!variant.audio_group.empty()) line += ",AUDIO=" + quote(variant.audio_group);
  return line + "\n" + variant.uri + "\n";
}

std::string to_line(const IFrameVariant& variant) {
  std::string line = "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=" + std::to_string(variant.bandwidth);
  line += ",AVERAGE-BANDWIDTH=" + std::to_string(variant.average_bandwidth);
  line += ",CODECS=" + quote(variant.codecs);
  line += ",RESOLUTION=" + std::to_string(variant.width) + "x" + std::to_string(variant.height);
  return line + ",URI=" + quote(variant.uri) + "\n";
}

Result<int> read_count(std::string_view text, int largest) {
  const std::int64_t value = TRY(read_integer(text));
  if (value < 1 || value > largest) {
    return refuse("\"" + std::string(text) + "\" is not from 1 to " + std::to_string(largest) +
                  ".");
  }
  return static_cast<int>(value);
}

Result<bool> read_yes_or_no(const Attributes& attributes, std::string_view name) {
  if (!attributes.has(name)) return false;
  const std::string_view value = TRY(attributes.enumerated(name));
  if (value != "YES" && value != "NO") return refuse(std::string(name) + " is YES or NO.");
  return value == "YES";
}

Result<AudioMedia> read_media(std::string_view value) {
  constexpr int kMostChannels = 64;
  const Attributes attributes = TRY(Attributes::parse(value));
  const std::string_view type = TRY(attributes.enumerated("TYPE"));
  if (type != "AUDIO") return refuse("EXT-X-MEDIA of TYPE=AUDIO is the only one in this stream.");
  AudioMedia media;
  media.group_id = TRY(attributes.quoted("GROUP-ID"));
  media.name = TRY(attributes.quoted("NAME"));
  media.language = TRY(attributes.quoted("LANGUAGE"));
  media.is_default = TRY(read_yes_or_no(attributes, "DEFAULT"));
  media.autoselect = TRY(read_yes_or_no(attributes, "AUTOSELECT"));
  if (media.is_default && attributes.has("AUTOSELECT") && !media.autoselect) {
    return refuse("AUTOSELECT must be YES where DEFAULT is YES.");
  }
  const std::string channels = TRY(attributes.quoted("CHANNELS"));
  media.channels = TRY(read_count(channels, kMostChannels));
  media.uri = TRY(attributes.quoted("URI"));
  return media;
}

template <class Variant>
Result<> read_resolution(std::string_view text, Variant& variant) {
  constexpr int kLargest = 65535;
  const std::size_t cross = text.find('x');
  if (cross == std::string_view::npos) return refuse("RESOLUTION is WIDTHxHEIGHT.");
  variant.width = TRY(read_count(text.substr(0, cross), kLargest));
  variant.height = TRY(read_count(text.substr(cross + 1), kLargest));
  return {};
}

Result<Variant> read_variant(std::string_view value) {
  const Attributes attributes = TRY(Attributes::parse(value));
  Variant variant;
  variant.bandwidth = TRY(attributes.integer("BANDWIDTH"));
  if (variant.bandwidth < 1) return refuse("BANDWIDTH must be more than 0.");
  if (attributes.has("AVERAGE-BANDWIDTH")) {
    variant.average_bandwidth = TRY(attributes.integer("AVERAGE-BANDWIDTH"));
  }
  variant.codecs = TRY(attributes.quoted("CODECS"));
  const std::string_view resolution = TRY(attributes.enumerated("RESOLUTION"));
  TRY_VOID(read_resolution(resolution, variant));
  const std::string_view rate = TRY(attributes.enumerated("FRAME-RATE"));
  variant.frame_rate = {TRY(read_decimal(rate, kRateDigits)), kRateUnits};
  if (attributes.has("AUDIO")) variant.audio_group = TRY(attributes.quoted("AUDIO"));
  return variant;
}

Result<IFrameVariant> read_i_frames(std::string_view value) {
  const Attributes attributes = TRY(Attributes::parse(value));
  IFrameVariant variant;
  variant.bandwidth = TRY(attributes.integer("BANDWIDTH"));
  variant.average_bandwidth = TRY(attributes.integer("AVERAGE-BANDWIDTH"));
  if (variant.bandwidth < 1) return refuse("BANDWIDTH must be more than 0.");
  variant.codecs = TRY(attributes.quoted("CODECS"));
  const std::string_view resolution = TRY(attributes.enumerated("RESOLUTION"));
  TRY_VOID(read_resolution(resolution, variant));
  variant.uri = TRY(attributes.quoted("URI"));
  return variant;
}

class Parser {
 public:
  Result<MultivariantPlaylist> parse(std::string_view text) {
    const std::vector<Line> lines = TRY(read_lines(text));
    for (const Line& line : lines) {
      const Result<> read_line = read(line);
      if (!read_line) return refuse_line(line.number, read_line.error().message);
    }
    const Result<> whole = check_whole();
    if (!whole) return refuse_line(lines.back().number, whole.error().message);
    return std::move(playlist_);
  }

 private:
  Result<> read(const Line& line) {
    if (line.name.empty() != waits_for_uri_) {
      return refuse("An EXT-X-STREAM-INF and one URI belong together.");
    }
    if (line.name.empty()) {
      playlist_.variants.back().uri = line.value;
      waits_for_uri_ = false;
    } else if (line.name == "#EXT-X-STREAM-INF") {
      playlist_.variants.push_back(TRY(read_variant(line.value)));
      waits_for_uri_ = true;
    } else if (line.name == "#EXT-X-I-FRAME-STREAM-INF") {
      playlist_.i_frames.push_back(TRY(read_i_frames(line.value)));
    } else if (line.name == "#EXT-X-MEDIA") {
      return add_media(TRY(read_media(line.value)));
    } else if (line.name == "#EXT-X-VERSION") {
      constexpr int kNewest = 12;
      playlist_.version = TRY(read_count(line.value, kNewest));
    } else if (line.name == "#EXTINF" || line.name == "#EXT-X-TARGETDURATION") {
      return refuse("This is a media playlist.");
    }
    return {};
  }

  Result<> add_media(AudioMedia media) {
    for (const AudioMedia& other : playlist_.audio) {
      if (other.group_id != media.group_id) continue;
      if (other.name == media.name) return refuse("Two NAMEs in one group are alike.");
      if (other.is_default && media.is_default) return refuse("A group has one DEFAULT at most.");
    }
    playlist_.audio.push_back(std::move(media));
    return {};
  }

  Result<> check_whole() const {
    if (waits_for_uri_) return refuse("The last EXT-X-STREAM-INF has no URI.");
    if (playlist_.variants.empty()) return refuse("There is no variant.");
    for (const Variant& variant : playlist_.variants) {
      const bool known = variant.audio_group.empty() ||
                         std::ranges::find(playlist_.audio, variant.audio_group,
                                           &AudioMedia::group_id) != playlist_.audio.end();
      if (!known) return refuse("There is no audio group \"" + variant.audio_group + "\".");
    }
    return {};
  }

  MultivariantPlaylist playlist_;
  bool waits_for_uri_ = false;
};

}  // namespace

std::string to_text(const MultivariantPlaylist& playlist) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:" + std::to_string(playlist.version);
  text += "\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (const AudioMedia& media : playlist.audio) text += to_line(media);
  for (const Variant& variant : playlist.variants) text += to_lines(variant);
  for (const IFrameVariant& variant : playlist.i_frames) text += to_line(variant);
  return text;
}

Result<MultivariantPlaylist> parse_multivariant_playlist(std::string_view text) {
  return Parser().parse(text);
}

}  // namespace vodmill::hls
