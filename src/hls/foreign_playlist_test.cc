#include "hls/foreign_playlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace vodmill::hls {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kHead = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n";

std::string golden(const std::string& name) {
  std::ifstream file(VODMILL_SOURCE_DIR "/tests/golden/playlist/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

ForeignPlaylist read_media(const std::string& rest) {
  return read_foreign_playlist(std::string(kHead) + rest);
}

TEST(ForeignPlaylist, IsReadWithRangesKeysAndGaps) {
  const auto playlist = read_foreign_playlist(golden("everything.m3u8"));
  EXPECT_TRUE(playlist.faults.empty()) << playlist.faults.front().sentence;
  ASSERT_EQ(playlist.segments.size(), 3U);
  EXPECT_EQ(playlist.segments[0].duration, 5'500'000'000);
  EXPECT_TRUE(playlist.segments[0].encrypted);
  ASSERT_TRUE(playlist.segments[1].range);
  EXPECT_EQ(playlist.segments[1].range->offset, 900);
  EXPECT_EQ(playlist.segments[1].range->length, 200);
  EXPECT_TRUE(playlist.segments[2].discontinuity && playlist.segments[2].gap);
  EXPECT_FALSE(playlist.segments[2].encrypted || playlist.segments[2].range);
  ASSERT_EQ(playlist.keys.size(), 2U);
  EXPECT_EQ(playlist.keys[0].method, "AES-128");
  EXPECT_EQ(playlist.keys[1].method, "NONE");
  ASSERT_EQ(playlist.maps.size(), 1U);
  EXPECT_EQ(playlist.maps[0].range->length, 800);
  EXPECT_TRUE(playlist.ended && playlist.independent_segments && playlist.has_fractions);
}

TEST(ForeignPlaylist, NamesVariantsWithAllThatIsSaidOfThem) {
  const std::string text = golden("multivariant.m3u8");
  ASSERT_TRUE(names_variants(text));
  EXPECT_FALSE(names_variants(golden("audio.m3u8")));
  const auto playlist = read_foreign_multivariant(text);
  EXPECT_TRUE(playlist.faults.empty());
  ASSERT_EQ(playlist.variants.size(), 2U);
  EXPECT_EQ(playlist.variants[0].uri, "v0.m3u8");
  EXPECT_THAT(playlist.variants[0].codecs, ElementsAre("avc1.64000a", "mp4a.40.2"));
  EXPECT_EQ(playlist.variants[0].frame_rate, 24'000);
  EXPECT_EQ(playlist.variants[0].resolution->height, 54);
  ASSERT_EQ(playlist.media.size(), 1U);
  EXPECT_EQ(playlist.media[0].language, "en");
  ASSERT_EQ(playlist.i_frame_variants.size(), 1U);
  EXPECT_EQ(playlist.i_frame_variants[0].uri, "i0.m3u8");
}

TEST(ForeignPlaylist, TellsTheLineOfEachFaultAndReadsOn) {
  const auto playlist =
      read_media("#EXTINF:six,\na\n#EXTINF:6\nb\n#EXTINF:6,\nc\nd\n#EXT-X-ENDLIST\n");
  ASSERT_EQ(playlist.segments.size(), 4U);
  std::vector<int> lines;
  for (const Fault& fault : playlist.faults) lines.push_back(fault.line);
  EXPECT_THAT(lines, ElementsAre(3, 5, 9));
}

TEST(ForeignPlaylist, KeepsHostileNumbersInBounds) {
  const std::vector<std::string> hostile{
      "#EXTINF:999999999,\na\n",
      "#EXTINF:6,\n#EXT-X-BYTERANGE:9223372036854775807@9223372036854775807\na\n",
      "#EXTINF:6,\n#EXT-X-BYTERANGE:1125899906842624@0\na\n#EXTINF:6,\n#EXT-X-BYTERANGE:1\na\n",
      "#EXTINF:6,\n#EXT-X-BYTERANGE:7\na\n",
      "#EXTINF:-6,\na\n",
      "#EXT-X-VERSION:99999999999999999999\n#EXTINF:6,\na\n",
      "#EXT-X-MAP:URI=unquoted\n#EXTINF:6,\na\n",
      "#EXT-X-TARGETDURATION:0\n#EXTINF:6,\na\n",
      "#EXT-X-KEY:METHOD\n#EXTINF:6,\na\n",
      "#EXTINF:6,\n",
      "#EXTINF:6,\na\n#EXT-X-ENDLIST\n#EXTINF:6,\nb\n",
  };
  for (const std::string& text : hostile) {
    const auto playlist = read_media(text);
    EXPECT_FALSE(playlist.faults.empty()) << text;
    for (const ForeignSegment& segment : playlist.segments) {
      EXPECT_GE(segment.duration, 0);
      EXPECT_LE(segment.duration, 43200 * kForeignTimescale);
    }
  }
}

TEST(ForeignPlaylist, RefusesNoTextAtAll) {
  const std::string whole = golden("multivariant.m3u8") + golden("everything.m3u8");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    read_foreign_playlist(std::string_view(whole).substr(0, size));
    read_foreign_multivariant(std::string_view(whole).substr(size));
  }
  const auto binary = read_foreign_playlist(std::string("\0\xff\x80\n", 4));
  EXPECT_FALSE(binary.faults.empty());
  const auto large = read_foreign_playlist(std::string(kLargestPlaylist + 1, '\n'));
  ASSERT_FALSE(large.faults.empty());
  EXPECT_THAT(large.faults.front().sentence, HasSubstr("16 MiB"));
}

TEST(ForeignPlaylist, ReadsIFramesWithTheirRanges) {
  const auto playlist = read_foreign_playlist(golden("i-frames.m3u8"));
  EXPECT_TRUE(playlist.faults.empty());
  EXPECT_TRUE(playlist.i_frames_only && playlist.ended);
  ASSERT_EQ(playlist.segments.size(), 12U);
  EXPECT_EQ(playlist.segments[1].range->length, 3195);
  EXPECT_EQ(playlist.segments[1].range->offset, 76);
}

TEST(ForeignPlaylist, StopsAfterAHundredThousandSegments) {
  std::string text(kHead);
  for (std::size_t i = 0; i < kMostSegments + 9; ++i) text += "#EXTINF:0,\na\n";
  const auto playlist = read_foreign_playlist(text);
  EXPECT_EQ(playlist.segments.size(), kMostSegments);
  EXPECT_THAT(playlist.faults.front().sentence, HasSubstr("100000"));
}

TEST(ForeignPlaylist, WantsOneUriAVariant) {
  const std::string variant = "#EXT-X-STREAM-INF:BANDWIDTH=1000\n";
  for (const std::string& text : {variant + variant + "a\n", variant + "a\nb\n", variant}) {
    const auto playlist = read_foreign_multivariant("#EXTM3U\n" + text);
    ASSERT_FALSE(playlist.faults.empty()) << text;
    EXPECT_EQ(playlist.faults.front().section, "4.3.4.2");
  }
}

TEST(ForeignPlaylist, WantsBitRatesThatCanBe) {
  for (const std::string rate : {"0", "-1", "9223372036854775807", "\"1000\"", "1.5"}) {
    const auto playlist =
        read_foreign_multivariant("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=" + rate + "\na\n");
    ASSERT_EQ(playlist.variants.size(), 1U);
    EXPECT_FALSE(playlist.variants[0].bandwidth) << rate;
    EXPECT_FALSE(playlist.faults.empty());
  }
}

}  // namespace
}  // namespace vodmill::hls
