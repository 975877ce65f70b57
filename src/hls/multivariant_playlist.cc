#include "hls/multivariant_playlist.h"

#include "hls/playlist_text.h"

namespace vodmill::hls {
namespace {

constexpr int kRateDigits = 3;
constexpr std::int64_t kRateUnits = 1000;

std::string to_line(const AudioMedia& media) {
  std::string line = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=" + quote(media.group_id);
  line += ",NAME=" + quote(media.name) + ",LANGUAGE=" + quote(media.language);
  line += media.is_default ? ",DEFAULT=YES" : ",DEFAULT=NO";
  line += media.autoselect ? ",AUTOSELECT=YES" : ",AUTOSELECT=NO";
  if (!media.characteristics.empty()) line += ",CHARACTERISTICS=" + quote(media.characteristics);
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

}  // namespace

std::string to_text(const MultivariantPlaylist& playlist) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:" + std::to_string(playlist.version);
  text += "\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (const AudioMedia& media : playlist.audio) text += to_line(media);
  for (const Variant& variant : playlist.variants) text += to_lines(variant);
  for (const IFrameVariant& variant : playlist.i_frames) text += to_line(variant);
  return text;
}

}  // namespace vodmill::hls
