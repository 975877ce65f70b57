#include "hls/multivariant_playlist.h"

#include <gtest/gtest.h>

#include <random>

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

std::string error_of(std::string_view text) {
  const auto playlist = parse_multivariant_playlist(text);
  return playlist ? "none" : playlist.error().message;
}

std::string with(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return std::string(text).replace(at, from.size(), to);
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
      variant.frame_rate = {static_cast<std::int64_t>(random() % 60000), 1001};
    }
    const std::string text = to_text(playlist);
    const auto back = parse_multivariant_playlist(text);
    ASSERT_TRUE(back) << back.error().message << "\n" << text;
    EXPECT_EQ(to_text(*back), text);
    EXPECT_EQ(back->variants[0].bandwidth, playlist.variants[0].bandwidth);
  }
}

TEST(MultivariantPlaylist, NamesTheLineThatIsWrong) {
  const std::string text = to_text(two_rungs());
  EXPECT_EQ(error_of("#EXTM3U\n#EXT-X-VERSION:7\n"), "line 2: There is no variant.");
  EXPECT_EQ(error_of(with(text, "TYPE=AUDIO", "TYPE=SUBTITLES")),
            "line 4: EXT-X-MEDIA of TYPE=AUDIO is the only one in this stream.");
  EXPECT_EQ(error_of(with(text, "AUTOSELECT=YES", "AUTOSELECT=NO")),
            "line 4: AUTOSELECT must be YES where DEFAULT is YES.");
  EXPECT_EQ(error_of(with(text, "NAME=\"English\",", "")),
            "line 4: The attribute NAME is missing.");
  EXPECT_EQ(error_of(with(text, "BANDWIDTH=900000", "BANDWIDTH=0")),
            "line 5: BANDWIDTH must be more than 0.");
  EXPECT_EQ(error_of(with(text, "640x360", "640*360")), "line 5: RESOLUTION is WIDTHxHEIGHT.");
  EXPECT_EQ(error_of(with(text, "640x360", "0x360")), "line 5: \"0\" is not from 1 to 65535.");
  EXPECT_EQ(error_of(with(text, "AUDIO=\"audio\"\n", "AUDIO=\"sound\"\n")),
            "line 8: There is no audio group \"sound\".");
  EXPECT_EQ(error_of(with(text, "g1/v1.m3u8\n", "")),
            "line 6: An EXT-X-STREAM-INF and one URI belong together.");
  EXPECT_EQ(error_of(with(text, "g1/v1.m3u8\n", "g1/v1.m3u8\ng1/v2.m3u8\n")),
            "line 7: An EXT-X-STREAM-INF and one URI belong together.");
  EXPECT_EQ(error_of(with(text, "g1/v0.m3u8\n", "")),
            "line 7: The last EXT-X-STREAM-INF has no URI.");
  EXPECT_EQ(error_of(with(text, "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-TARGETDURATION:6")),
            "line 3: This is a media playlist.");
}

TEST(MultivariantPlaylist, NamesInAGroupDiffer) {
  MultivariantPlaylist playlist = two_rungs();
  playlist.audio.push_back(playlist.audio[0]);
  playlist.audio[1].is_default = false;
  EXPECT_EQ(error_of(to_text(playlist)), "line 5: Two NAMEs in one group are alike.");
  playlist.audio[1].name = "Deutsch";
  EXPECT_EQ(error_of(to_text(playlist)), "none");
  playlist.audio[1].is_default = true;
  EXPECT_EQ(error_of(to_text(playlist)), "line 5: A group has one DEFAULT at most.");
}

}  // namespace
}  // namespace vodmill::hls
