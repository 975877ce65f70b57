#include "hls/media_playlist.h"

#include <gtest/gtest.h>

#include <random>

#include "hls/foreign_playlist.h"

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

// What the reader of anybody's playlists finds in the text.
ForeignPlaylist read_back(const MediaPlaylist& playlist) {
  const std::string text = to_text(playlist);
  ForeignPlaylist back = read_foreign_playlist(text);
  for (const Fault& fault : back.faults) {
    ADD_FAILURE() << "line " << fault.line << ": " << fault.sentence << "\n" << text;
  }
  EXPECT_EQ(back.segments.size(), playlist.segments.size());
  return back;
}

TEST(MediaPlaylist, ComesBackFromItsText) {
  std::mt19937 random(20240607);
  for (int round = 0; round < 200; ++round) {
    MediaPlaylist playlist = film(1 + static_cast<int>(random() % 40));
    playlist.version = 6 + static_cast<int>(random() % 2);
    playlist.timescale = 1 + static_cast<std::int64_t>(random() % 100000);
    playlist.target_duration = 1 + static_cast<int>(random() % 20);
    playlist.ended = random() % 2 == 0;
    playlist.type = random() % 2 == 0 ? PlaylistType::vod : PlaylistType::event;
    for (PlaylistSegment& segment : playlist.segments) {
      segment.duration =
          static_cast<std::int64_t>(random()) % (playlist.timescale * playlist.target_duration);
    }
    const ForeignPlaylist back = read_back(playlist);
    EXPECT_EQ(back.version, playlist.version);
    EXPECT_EQ(back.target_duration, playlist.target_duration);
    EXPECT_EQ(back.type, playlist.type == PlaylistType::vod ? "VOD" : "EVENT");
    EXPECT_EQ(back.ended, playlist.ended);
    EXPECT_TRUE(back.independent_segments && back.has_fractions && !back.i_frames_only);
    ASSERT_EQ(back.maps.size(), 1U);
    EXPECT_EQ(back.maps[0].uri, playlist.init_uri);
    EXPECT_FALSE(back.maps[0].range);
    for (std::size_t i = 0; i < back.segments.size(); ++i) {
      EXPECT_EQ(back.segments[i].uri, playlist.segments[i].uri);
      EXPECT_EQ(back.segments[i].map, 0);
      EXPECT_FALSE(back.segments[i].range || back.segments[i].discontinuity);
    }
  }
}

TEST(MediaPlaylist, TheSumOfItsDurationsStaysTrue) {
  const MediaPlaylist playlist = film(5000);
  const ForeignPlaylist back = read_back(playlist);
  ASSERT_EQ(back.segments.size(), playlist.segments.size());
  std::int64_t truth = 0;
  std::int64_t written = 0;
  for (std::size_t i = 0; i < playlist.segments.size(); ++i) {
    truth += playlist.segments[i].duration;
    written += back.segments[i].duration;
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

TEST(MediaPlaylist, OfAnEventBeginsAtItsBeginning) {
  MediaPlaylist playlist = film(2);
  EXPECT_EQ(to_text(playlist).find("#EXT-X-START"), std::string::npos);
  playlist.type = PlaylistType::event;
  EXPECT_NE(to_text(playlist).find("\n#EXT-X-START:TIME-OFFSET=0\n"), std::string::npos);
}

TEST(MediaPlaylist, OfKeyFramesComesBackFromItsText) {
  MediaPlaylist playlist = film(3);
  playlist.i_frames_only = true;
  std::int64_t offset = 24;
  for (PlaylistSegment& segment : playlist.segments) segment.range = ByteRange{offset++, 5000};
  const ForeignPlaylist back = read_back(playlist);
  EXPECT_TRUE(back.i_frames_only);
  for (std::size_t i = 0; i < back.segments.size(); ++i) {
    ASSERT_TRUE(back.segments[i].range);
    EXPECT_EQ(back.segments[i].range->offset, playlist.segments[i].range->offset);
    EXPECT_EQ(back.segments[i].range->length, 5000);
  }
}

}  // namespace
}  // namespace vodmill::hls
