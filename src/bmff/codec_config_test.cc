#include "bmff/codec_config.h"

#include "bmff/test_boxes.h"

namespace vodmill::bmff {
namespace {

Bytes octets(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// One SPS of four bytes and one PPS of two.
Bytes avcc(int length_size) {
  return octets({1, 0x4d, 0x40, 0x1f, 0xfc | (length_size - 1), 0xe1, 0, 4, 0x67, 0x4d, 0x40, 0x1f,
                 1, 0, 2, 0x68, 0xee});
}

// The descriptors around an AudioSpecificConfig, lengths in the long form that some writers use.
Bytes esds(const Bytes& config, int object_type_indication = 0x40) {
  const int size = static_cast<int>(config.size());
  Bytes bytes = octets(
      {0,    0, 0, 0, 3, 0x80, 0x80, 0x80, size + 20, 0, 1, 0, 4, size + 15, object_type_indication,
       0x15, 0, 0, 0, 0, 0,    0,    0,    0,         0, 0, 0, 5, size});
  append(bytes, config);
  return bytes;
}

TEST(AvcConfig, NamesItsCodec) {
  const auto config = parse_avcc(avcc(4));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->codecs(), "avc1.4d401f");
  EXPECT_EQ(config->nal_length_size, 4);
  EXPECT_EQ(parse_avcc(avcc(2))->nal_length_size, 2);
}

TEST(AvcConfig, RefusesARecordWithoutParameterSets) {
  EXPECT_FALSE(parse_avcc(avcc(3))) << "a length of 3 bytes does not exist";
  EXPECT_FALSE(parse_avcc(octets({1, 100, 0, 31, 0xff, 0xe0, 0})));
  EXPECT_FALSE(parse_avcc(octets({1, 100, 0, 31, 0xff, 0xff, 0xff, 0xff, 0x67})));
  EXPECT_FALSE(parse_avcc(octets({2, 100, 0, 31, 0xff, 0xe0, 0})));
  EXPECT_FALSE(parse_avcc({}));
}

// `count` times the same SPS, Baseline at level 1, and one PPS; the record names `level`.
Bytes avcc_of(int count, int level) {
  Bytes bytes = octets({1, 0x42, 0, level, 0xff, 0xe0 | count});
  for (int i = 0; i < count; ++i)
    append(bytes, octets({0, 7, 0x67, 0x42, 0, 10, 0xda, 0x18, 0x90}));
  append(bytes, octets({1, 0, 2, 0x68, 0xee}));
  return bytes;
}

TEST(AvcConfig, IsPlainWithOneParameterSetOfTheRecordsLevel) {
  EXPECT_TRUE(parse_avcc(avcc_of(1, 10))->is_plain);
  EXPECT_FALSE(parse_avcc(avcc_of(2, 10))->is_plain);
  EXPECT_FALSE(parse_avcc(avcc_of(1, 20))->is_plain);
  EXPECT_FALSE(parse_avcc(avcc(4))->is_plain) << "its SPS cannot be read";
}

TEST(AacConfig, ReadsTheAudioSpecificConfig) {
  const auto low_complexity = parse_esds(esds(octets({0x12, 0x10})));  // 2, 44,100 Hz, stereo
  ASSERT_TRUE(low_complexity) << low_complexity.error().message;
  EXPECT_EQ(low_complexity->codecs(), "mp4a.40.2");
  EXPECT_EQ(low_complexity->sample_rate, 44100);
  EXPECT_EQ(low_complexity->channels, 2);

  // 5 (SBR), core 24,000 Hz, mono, extension 48,000 Hz: 00101 0110 0001 0011 ...
  const auto high_efficiency = parse_esds(esds(octets({0x2b, 0x09, 0x88})));
  ASSERT_TRUE(high_efficiency) << high_efficiency.error().message;
  EXPECT_EQ(high_efficiency->codecs(), "mp4a.40.5");
  EXPECT_EQ(high_efficiency->sample_rate, 48000);
  EXPECT_EQ(high_efficiency->channels, 1);
}

TEST(AacConfig, RefusesWhatIsNotAac) {
  EXPECT_FALSE(parse_esds(esds(octets({0x12, 0x10}), 0x6b))) << "MP3";
  EXPECT_FALSE(parse_esds(esds({}))) << "no AudioSpecificConfig";
  EXPECT_FALSE(parse_esds(esds(octets({0x12})))) << "cut short";
  EXPECT_FALSE(parse_esds(esds(octets({0x16, 0x90})))) << "reserved frequency";
  EXPECT_FALSE(parse_esds({}));
}

TEST(NalUnits, AreFoundBehindTheirLengths) {
  const auto idr = scan_nal_units(octets({0, 2, 0x67, 1, 0, 0, 0, 1, 0x65}), 2);
  ASSERT_TRUE(idr);
  EXPECT_TRUE(idr->idr);
  EXPECT_TRUE(idr->parameter_sets);
  const auto other = scan_nal_units(octets({2, 0x41, 0x65}), 1);
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->idr);
  EXPECT_FALSE(other->parameter_sets);
}

TEST(NalUnits, OfAPlainPictureAreSlicesAndWhatGoesWithThem) {
  const auto plain = scan_nal_units(octets({1, 0x09, 2, 0x41, 0x65, 1, 0x06}), 1);
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->slice);
  EXPECT_FALSE(plain->unusual);
  EXPECT_FALSE(scan_nal_units(octets({1, 0x06}), 1)->slice);
  EXPECT_TRUE(scan_nal_units(octets({1, 0x65, 0}), 1)->unusual) << "an empty one";
  EXPECT_TRUE(scan_nal_units(octets({1, 0x65, 1, 0x42}), 1)->unusual) << "a data partition";
}

TEST(NalUnits, MayNotLeaveTheirSample) {
  EXPECT_FALSE(scan_nal_units(octets({0, 0, 0, 2, 0x65}), 4));
  EXPECT_FALSE(scan_nal_units(octets({0xff, 0xff, 0xff, 0xff, 0x65}), 4));
  EXPECT_FALSE(scan_nal_units(octets({0, 0, 0}), 4));
}

}  // namespace
}  // namespace vodmill::bmff
