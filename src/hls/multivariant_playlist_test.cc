#include "hls/multivariant_playlist.h"

#include <gtest/gtest.h>

#include <random>

#include "hls/foreign_playlist.h"

namespace vodmill::hls {
namespace {

MultivariantPlaylist two_rungs() {
  MultivariantPlaylist playlist;
  playlist.audio.push_back({"audio", "English", "en", true, true, 2, "g1/a0.m3u8"});
  playlist.variants.push_back(
      {"g1/v1.m3u8", 900'000, 700'000, "avc1.64001e,mp4a.40.2", 640, 360, {30000, 1001}, "audio"});
  playlist.variants.push_back({"g1/v0.m3u8",
                               3'000'000,
                               std::nullopt,
                               "avc1.64001f,mp4a.40.2",
                               1280,
                               720,
                               {30000, 1001},
                               "audio"});
  return playlist;
}

TEST(MultivariantPlaylist, WritesItsTags) {
  EXPECT_EQ(to_text(two_rungs()),
            "#EXTM3U\n"
            "#EXT-X-VERSION:7\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"English\",LANGUAGE=\"en\","
            "DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"g1/a0.m3u8\"\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=700000,"
            "CODECS=\"avc1.64001e,mp4a.40.2\",RESOLUTION=640x360,FRAME-RATE=29.970,"
            "AUDIO=\"audio\"\n"
            "g1/v1.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS=\"avc1.64001f,mp4a.40.2\","
            "RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO=\"audio\"\n"
            "g1/v0.m3u8\n");
}

TEST(MultivariantPlaylist, ComesBackFromItsText) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    MultivariantPlaylist playlist = two_rungs();
    for (char& c : playlist.audio[0].name) c = static_cast<char>(random());
    playlist.audio[0].channels = 1 + static_cast<int>(random() % 8);
    playlist.audio[0].is_default = random() % 2 == 0;
    if (random() % 4 == 0) {
      playlist.audio.clear();
      for (Variant& variant : playlist.variants) variant.audio_group.clear();
    }
    for (Variant& variant : playlist.variants) {
      variant.bandwidth = 1 + static_cast<std::int64_t>(random());
      variant.frame_rate = {static_cast<std::int64_t>(random() % 60000), 1000};
    }
    const std::string text = to_text(playlist);
    const ForeignMultivariant back = read_foreign_multivariant(text);
    for (const Fault& fault : back.faults) {
      ADD_FAILURE() << "line " << fault.line << ": " << fault.sentence << "\n" << text;
    }
    EXPECT_EQ(back.version, playlist.version);
    ASSERT_EQ(back.media.size(), playlist.audio.size());
    for (std::size_t i = 0; i < back.media.size(); ++i) {
      EXPECT_EQ(back.media[i].type, "AUDIO");
      EXPECT_EQ(back.media[i].group_id, playlist.audio[i].group_id);
      EXPECT_EQ(back.media[i].language, playlist.audio[i].language);
      EXPECT_EQ(back.media[i].channels, std::to_string(playlist.audio[i].channels));
      EXPECT_EQ(back.media[i].uri, playlist.audio[i].uri);
      EXPECT_EQ(back.media[i].is_default, playlist.audio[i].is_default);
      EXPECT_EQ(back.media[i].autoselect, playlist.audio[i].autoselect);
    }
    ASSERT_EQ(back.variants.size(), playlist.variants.size());
    for (std::size_t i = 0; i < back.variants.size(); ++i) {
      const Variant& variant = playlist.variants[i];
      EXPECT_EQ(back.variants[i].uri, variant.uri);
      EXPECT_EQ(back.variants[i].bandwidth, variant.bandwidth);
      EXPECT_EQ(back.variants[i].average_bandwidth, variant.average_bandwidth);
      EXPECT_EQ(back.variants[i].resolution->width, variant.width);
      EXPECT_EQ(back.variants[i].resolution->height, variant.height);
      EXPECT_EQ(back.variants[i].frame_rate, variant.frame_rate.num);
      EXPECT_EQ(back.variants[i].audio, variant.audio_group);
      EXPECT_EQ(back.variants[i].codecs.size(), 2U);
    }
  }
}

TEST(MultivariantPlaylist, NamesItsKeyFrames) {
  MultivariantPlaylist playlist = two_rungs();
  playlist.i_frames.push_back({"g1/v0-iframes.m3u8", 90'000, 80'000, "avc1.64001f", 1280, 720});
  const ForeignMultivariant back = read_foreign_multivariant(to_text(playlist));
  EXPECT_TRUE(back.faults.empty());
  ASSERT_EQ(back.i_frame_variants.size(), 1U);
  EXPECT_EQ(back.i_frame_variants[0].uri, "g1/v0-iframes.m3u8");
  EXPECT_EQ(back.i_frame_variants[0].average_bandwidth, 80'000);
  EXPECT_EQ(back.i_frame_variants[0].resolution->height, 720);
}

}  // namespace
}  // namespace vodmill::hls
