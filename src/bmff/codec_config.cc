#include "bmff/codec_config.h"

#include <algorithm>
#include <array>
#include <optional>

#include "bmff/box.h"
#include "bmff/byte_reader.h"
#include "bmff/h264_sps.h"

namespace vodmill::bmff {
namespace {

constexpr int kNalSlice = 1;
constexpr int kNalIdr = 5;
constexpr int kNalSps = 7;
constexpr int kNalPps = 8;

// Slices, parameter sets, SEI, access unit delimiter, ends of sequence and stream, filler.
constexpr std::array kUsual{1, 5, 6, 7, 8, 9, 10, 11, 12};

int nal_type(ByteView nal) { return static_cast<int>(nal[0]) & 0x1f; }

std::string hex_byte(int value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return {kDigits[static_cast<std::size_t>(value >> 4 & 15)],
          kDigits[static_cast<std::size_t>(value & 15)]};
}

// The parameter sets of that type that must follow; none if one is of another type.
std::vector<ByteView> read_parameter_sets(ByteReader& reader, int count, int type) {
  std::vector<ByteView> sets;
  for (int i = 0; i < count; ++i) {
    sets.push_back(reader.take(reader.u16()));
    if (sets.back().empty() || nal_type(sets.back()) != type) return {};
  }
  return sets;
}

class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes) {}
  bool ok() const { return position_ <= bytes_.size() * 8; }

  int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i, ++position_) value = value << 1 | bit();
    return value;
  }

 private:
  int bit() const {
    const std::size_t at = position_ / 8;
    return at < bytes_.size() ? static_cast<int>(bytes_[at]) >> (7 - position_ % 8) & 1 : 0;
  }

  ByteView bytes_;
  std::size_t position_ = 0;
};

// ISO/IEC 14496-3, Table 1.18; 0 for the reserved ones.
int read_sampling_frequency(BitReader& bits) {
  constexpr std::array kRates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                              22050, 16000, 12000, 11025, 8000,  7350};
  constexpr int kExplicit = 15;
  const int index = bits.bits(4);
  if (index == kExplicit) return bits.bits(24);
  return index < static_cast<int>(kRates.size()) ? kRates[static_cast<std::size_t>(index)] : 0;
}

Result<AacConfig> parse_audio_specific_config(ByteView bytes) {
  constexpr int kEscape = 31;
  constexpr int kSbr = 5;
  constexpr int kParametricStereo = 29;
  BitReader bits(bytes);
  AacConfig config;
  config.object_type = bits.bits(5);
  if (config.object_type == kEscape) config.object_type = 32 + bits.bits(6);
  config.sample_rate = read_sampling_frequency(bits);
  const int channel_configuration = bits.bits(4);
  config.channels = channel_configuration == 7 ? 8 : channel_configuration;
  if (config.object_type == kSbr || config.object_type == kParametricStereo) {
    config.sample_rate = read_sampling_frequency(bits);
  }
  if (!bits.ok() || config.object_type == 0 || config.sample_rate == 0 || config.channels > 8) {
    return malformed("The AudioSpecificConfig is not valid.");
  }
  return config;
}

// The body of the descriptor with that tag at the front (ISO/IEC 14496-1, 8.3.3); empty if it is
// another or is cut short.
ByteView read_descriptor(ByteReader& reader, int tag) {
  if (reader.u8() != tag) return {};
  std::size_t length = 0;
  for (int i = 0; i < 4; ++i) {
    const int byte = reader.u8();
    length = length << 7 | static_cast<std::size_t>(byte & 0x7f);
    if ((byte & 0x80) == 0) break;
  }
  return reader.take(length);
}

}  // namespace

std::string AvcConfig::codecs() const {
  return "avc1." + hex_byte(profile) + hex_byte(constraints) + hex_byte(level);
}

std::string AacConfig::codecs() const { return "mp4a.40." + std::to_string(object_type); }

Result<AvcConfig> parse_avcc(ByteView payload) {
  ByteReader reader(payload);
  const int version = reader.u8();
  AvcConfig config;
  config.profile = reader.u8();
  config.constraints = reader.u8();
  config.level = reader.u8();
  config.nal_length_size = (reader.u8() & 3) + 1;
  if (!reader.ok() || version != 1 || config.nal_length_size == 3) {
    return malformed("The avcC box is not valid.");
  }
  const auto sps = read_parameter_sets(reader, reader.u8() & 0x1f, kNalSps);
  const auto pps = read_parameter_sets(reader, reader.u8(), kNalPps);
  if (sps.empty() || pps.empty() || !reader.ok()) {
    return malformed("The avcC box does not hold an SPS and a PPS.");
  }
  for (const ByteView set : sps) {
    const std::optional<bool> frames_only = allows_frames_only(set);
    config.frames_only &= frames_only.value_or(true);
    config.is_plain &= frames_only && sps.size() == 1 &&
                       std::ranges::equal(set.subspan(1, 3), payload.subspan(1, 3));
  }
  return config;
}

Result<AacConfig> parse_esds(ByteView payload) {
  constexpr int kEsDescriptor = 3;
  constexpr int kDecoderConfig = 4;
  constexpr int kDecoderSpecificInfo = 5;
  constexpr int kMpeg4Audio = 0x40;
  ByteReader box(payload);
  box.skip(4);  // version and flags
  ByteReader stream(read_descriptor(box, kEsDescriptor));
  stream.skip(2);  // ES_ID
  const int flags = stream.u8();
  if ((flags & 0x80) != 0) stream.skip(2);            // dependsOn_ES_ID
  if ((flags & 0x40) != 0) stream.skip(stream.u8());  // URL
  if ((flags & 0x20) != 0) stream.skip(2);            // OCR_ES_ID
  ByteReader decoder(read_descriptor(stream, kDecoderConfig));
  const int object_type_indication = decoder.u8();
  decoder.skip(12);  // stream type, buffer size, largest and average bit rate
  const ByteView specific = read_descriptor(decoder, kDecoderSpecificInfo);
  if (specific.empty() || object_type_indication != kMpeg4Audio) {
    return malformed("The esds box does not describe AAC.");
  }
  return parse_audio_specific_config(specific);
}

Result<NalUnits> scan_nal_units(ByteView sample, int nal_length_size) {
  NalUnits found;
  ByteReader reader(sample);
  while (reader.remaining() > 0) {
    std::size_t length = 0;
    for (int i = 0; i < nal_length_size; ++i) length = length << 8 | reader.u8();
    const ByteView nal = reader.take(length);
    if (!reader.ok()) return malformed("A NAL unit leaves its sample.");
    const int type = nal.empty() ? 0 : nal_type(nal);
    found.idr |= type == kNalIdr;
    found.parameter_sets |= type == kNalSps || type == kNalPps;
    found.slice |= type == kNalSlice || type == kNalIdr;
    found.unusual |= std::ranges::find(kUsual, type) == kUsual.end();
  }
  return found;
}

}  // namespace vodmill::bmff
