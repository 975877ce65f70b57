#include "hls/media_playlist.h"

#include <gtest/gtest.h>

#include <random>

namespace vodmill::hls {
namespace {

// NTSC film: 144 frames at 24000/1001 are 6.006 s, and a third of them is no whole microsecond.
MediaPlaylist film(int segments) {
  MediaPlaylist playlist;
  playlist.target_duration = 6;
  playlist.type = PlaylistType::vod;
  playlist.init_uri = "v0/init-1.mp4";
  playlist.timescale = 24000;
  for (int i = 0; i < segments; ++i) {
    playlist.segments.push_back(
        {"v0/" + std::to_string(i) + "-1.m4s", i % 3 == 0 ? 48048 : 143143});
  }
  playlist.ended = true;
  return playlist;
}

std::string error_of(std::string_view text) {
  const auto playlist = parse_media_playlist(text);
  return playlist ? "none" : playlist.error().message;
}

std::string with_line(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return std::string(text).replace(at, from.size(), to);
}

TEST(MediaPlaylist, ComesBackFromItsText) {
  std::mt19937 random(20240607);
  for (int round = 0; round < 200; ++round) {
    MediaPlaylist playlist = film(static_cast<int>(random() % 40));
    playlist.timescale = 1 + static_cast<std::int64_t>(random() % 100000);
    playlist.target_duration = 1 + static_cast<int>(random() % 20);
    playlist.ended = random() % 2 == 0;
    playlist.type = random() % 2 == 0 ? PlaylistType::vod : PlaylistType::event;
    for (PlaylistSegment& segment : playlist.segments) {
      segment.duration =
          static_cast<std::int64_t>(random()) % (playlist.timescale * playlist.target_duration);
    }
    const std::string text = to_text(playlist);
    const auto back = parse_media_playlist(text);
    ASSERT_TRUE(back) << back.error().message << "\n" << text;
    EXPECT_EQ(to_text(*back), text);
    EXPECT_EQ(back->segments.size(), playlist.segments.size());
    EXPECT_EQ(back->ended, playlist.ended);
    EXPECT_EQ(back->type, playlist.type);
  }
}

TEST(MediaPlaylist, TheSumOfItsDurationsStaysTrue) {
  const MediaPlaylist playlist = film(5000);
  const auto back = parse_media_playlist(to_text(playlist));
  ASSERT_TRUE(back) << back.error().message;
  std::int64_t truth = 0;
  std::int64_t written = 0;
  for (std::size_t i = 0; i < playlist.segments.size(); ++i) {
    truth += playlist.segments[i].duration;
    written += back->segments[i].duration;
    const double error = static_cast<double>(written) / 1e9 - static_cast<double>(truth) / 24000.0;
    ASSERT_LT(std::abs(error), 1e-6) << i;
  }
}

TEST(MediaPlaylist, ATextGrowsAtItsEndOnly) {
  MediaPlaylist shorter = film(7);
  shorter.ended = false;
  EXPECT_TRUE(to_text(film(8)).starts_with(to_text(shorter)));
}

TEST(MediaPlaylist, ADurationIsRoundedBeforeItIsCompared) {
  EXPECT_TRUE(fits_target(64, 10, 6));
  EXPECT_FALSE(fits_target(65, 10, 6));
}

TEST(MediaPlaylist, IgnoresTagsItDoesNotKnow) {
  const std::string text = to_text(film(2));
  EXPECT_EQ(error_of(with_line(text, "#EXT-X-MAP", "#EXT-X-FUTURE:1\n#EXT-X-MAP")), "none");
}

TEST(MediaPlaylist, NamesTheLineThatIsWrong) {
  const std::string text = to_text(film(2));
  EXPECT_EQ(error_of(""), "The playlist is empty.");
  EXPECT_EQ(error_of("#EXTM3U8\n"), "line 1: A playlist begins with #EXTM3U.");
  EXPECT_EQ(error_of(with_line(text, ":7", ":5")), "line 2: EXT-X-VERSION must be from 6 to 12.");
  EXPECT_EQ(error_of(with_line(text, ":6\n", ":0\n")),
            "line 3: EXT-X-TARGETDURATION must be from 1 to 3600 seconds.");
  EXPECT_EQ(error_of(with_line(text, ":6\n", ":5\n")),
            "line 10: The segment is longer than EXT-X-TARGETDURATION.");
  EXPECT_EQ(error_of(with_line(text, "SEQUENCE:0", "SEQUENCE:3")),
            "line 4: EXT-X-MEDIA-SEQUENCE must be 0: segments are never taken away.");
  EXPECT_EQ(error_of(with_line(text, "VOD", "LIVE")),
            "line 5: EXT-X-PLAYLIST-TYPE is EVENT or VOD.");
  EXPECT_EQ(error_of(with_line(text, "VOD", "EVENT")),
            "line 12: An EVENT playlist needs EXT-X-START, a VOD playlist has none.");
  EXPECT_EQ(error_of(with_line(text, "URI=\"v0/init-1.mp4\"", "URI=v0/init-1.mp4")),
            "line 7: The attribute URI must be quoted.");
  EXPECT_EQ(error_of(with_line(text, "#EXT-X-MAP:URI=\"v0/init-1.mp4\"\n", "")),
            "line 11: The tag EXT-X-MAP is missing.");
  EXPECT_EQ(error_of(with_line(text, "2.002000,", "2.002000")),
            "line 8: EXTINF needs a comma after its duration.");
  EXPECT_EQ(error_of(with_line(text, "2.002000,", "2s,")),
            "line 8: \"2s\" is not a decimal number.");
  EXPECT_EQ(error_of(with_line(text, "v0/0-1.m4s\n", "")),
            "line 9: EXTINF must be followed by its URI.");
  EXPECT_EQ(error_of(with_line(text, "#EXTINF:2.002000,\n", "")),
            "line 8: A segment needs an EXTINF.");
  EXPECT_EQ(error_of(with_line(text, "v0/1-1.m4s\n#EXT-X-ENDLIST\n", "")),
            "line 10: The last EXTINF has no URI.");
  EXPECT_EQ(error_of(text + "#EXTINF:1,\n"), "line 13: Nothing may follow EXT-X-ENDLIST.");
  EXPECT_EQ(error_of(with_line(text, "#EXTINF", "#EXT-X-DISCONTINUITY\n#EXTINF")),
            "line 8: The tag EXT-X-DISCONTINUITY is not one of this stream's.");
  EXPECT_EQ(error_of(with_line(text, "#EXT-X-MAP", "#EXT-X-VERSION:7\n#EXT-X-MAP")),
            "line 7: The tag EXT-X-VERSION stands here twice.");
  EXPECT_EQ(error_of(with_line(text, "v0/0-1", std::string("v0/0\0", 5))),
            "line 9: A playlist may not hold control characters.");
}

MediaPlaylist key_frames(int count) {
  MediaPlaylist playlist = film(count);
  playlist.i_frames_only = true;
  for (PlaylistSegment& segment : playlist.segments) segment.range = ByteRange{24, 5000};
  return playlist;
}

TEST(MediaPlaylist, OfKeyFramesComesBackFromItsText) {
  const std::string text = to_text(key_frames(3));
  const auto back = parse_media_playlist(text);
  ASSERT_TRUE(back) << back.error().message << "\n" << text;
  EXPECT_EQ(to_text(*back), text);
  EXPECT_TRUE(back->i_frames_only);
  EXPECT_EQ(back->segments[2].range, (ByteRange{24, 5000}));
}

TEST(MediaPlaylist, OfKeyFramesNamesTheLineThatIsWrong) {
  const std::string text = to_text(key_frames(2));
  EXPECT_EQ(error_of(with_line(text, "#EXT-X-I-FRAMES-ONLY\n", "")),
            "line 10: Entries of I-frame playlists have an EXT-X-BYTERANGE, others have none.");
  EXPECT_EQ(error_of(with_line(text, "#EXT-X-BYTERANGE:5000@24\n", "")),
            "line 10: Entries of I-frame playlists have an EXT-X-BYTERANGE, others have none.");
  EXPECT_EQ(error_of(with_line(text, "5000@24", "5000")),
            "line 10: EXT-X-BYTERANGE is LENGTH@OFFSET.");
  EXPECT_EQ(error_of(with_line(text, "5000@24", "0@24")),
            "line 10: EXT-X-BYTERANGE is empty or stands here twice.");
  EXPECT_EQ(error_of(with_line(text, "#EXTINF", "#EXT-X-BYTERANGE:1@2\n#EXTINF")),
            "line 9: EXT-X-BYTERANGE must follow an EXTINF.");
}

TEST(MediaPlaylist, AnyPrefixIsReadOrRefused) {
  const std::string text = to_text(film(3));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto playlist = parse_media_playlist(std::string_view(text).substr(0, size));
    if (playlist) EXPECT_LE(playlist->segments.size(), 3u);
  }
}

}  // namespace
}  // namespace vodmill::hls
