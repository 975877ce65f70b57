#include "hls/names.h"

#include <gtest/gtest.h>

#include "core/blob_store.h"
#include "core/segment.h"

namespace vodmill::hls {
namespace {

TEST(Names, KeysCarryIndexAndToken) {
  const std::string prefix = "abc/" + generation_prefix(2);
  EXPECT_EQ(segment_key(prefix, "v0", 12, Token{7}).str(), "abc/g2/v0/12-7.m4s");
  EXPECT_EQ(segment_key(prefix, "a0", kInitSegment, Token{7}).str(), "abc/g2/a0/init-7.mp4");
  EXPECT_TRUE(is_valid_blob_key(segment_key("g1/", "v0", 0, Token{1}).str()));
}

TEST(Names, UrisAreRelativeToTheMediaPlaylist) {
  EXPECT_EQ(segment_uri(BlobKey("abc/g1/v0/12-7.m4s")), "v0/12-7.m4s");
  EXPECT_EQ(segment_uri(BlobKey("g1/v0/12-7.m4s")), "v0/12-7.m4s");
  EXPECT_EQ(segment_uri(BlobKey("v0/12-7.m4s")), "v0/12-7.m4s");
  EXPECT_EQ(segment_uri(BlobKey("12-7.m4s")), "12-7.m4s");
}

TEST(Names, AreReadBack) {
  EXPECT_EQ(parse_stream_name("index.m3u8")->kind, NameKind::multivariant);

  const auto media = parse_stream_name(media_playlist_name(3, "v10"));
  ASSERT_TRUE(media);
  EXPECT_EQ(media->kind, NameKind::media);
  EXPECT_EQ(media->generation, 3);
  EXPECT_EQ(media->rendition, "v10");

  const auto vod = parse_stream_name(final_media_playlist_name(1, "a0"));
  ASSERT_TRUE(vod);
  EXPECT_EQ(vod->kind, NameKind::final_media);
  EXPECT_EQ(vod->rendition, "a0");

  const auto i_frames = parse_stream_name(i_frame_playlist_name(2, "v0"));
  ASSERT_TRUE(i_frames);
  EXPECT_EQ(i_frames->kind, NameKind::i_frames);
  EXPECT_EQ(i_frames->rendition, "v0");

  const auto init = parse_stream_name(segment_key("g1/", "v0", kInitSegment, Token{9}).str());
  ASSERT_TRUE(init);
  EXPECT_EQ(init->kind, NameKind::init_segment);

  const auto segment = parse_stream_name(segment_key("g1/", "v0", 41, Token{9}).str());
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->kind, NameKind::segment);
  EXPECT_EQ(segment->index, 41);
}

TEST(Names, OfPicturesAreReadBack) {
  EXPECT_EQ(strip_key("abc/g2/", 12, Token{7}).str(), "abc/g2/thumbs/12-7.jpg");
  EXPECT_EQ(poster_key("abc/g2/", 12, Token{7}).str(), "abc/g2/posters/12-7.jpg");
  EXPECT_EQ(segment_uri(strip_key("abc/g2/", 12, Token{7})), "thumbs/12-7.jpg");

  EXPECT_EQ(parse_stream_name("poster.jpg")->kind, NameKind::poster);
  const auto storyboard = parse_stream_name(storyboard_name(3));
  ASSERT_TRUE(storyboard);
  EXPECT_EQ(storyboard->kind, NameKind::storyboard);
  EXPECT_EQ(storyboard->generation, 3);
  const auto strip = parse_stream_name("g2/thumbs/12-7.jpg");
  ASSERT_TRUE(strip);
  EXPECT_EQ(strip->kind, NameKind::strip);
  EXPECT_EQ(strip->generation, 2);
  EXPECT_EQ(strip->index, 12);
}

TEST(Names, OthersAreNotRead) {
  for (const char* name : {"",
                           "index",
                           "INDEX.m3u8",
                           "g1",
                           "g1/",
                           "g0/v0.m3u8",
                           "g01/v0.m3u8",
                           "g-1/v0.m3u8",
                           "g1/v.m3u8",
                           "g1/v0",
                           "g1/x0.m3u8",
                           "g1/v0-vod-vod.m3u8",
                           "g1/../v0.m3u8",
                           "g1/v0/.m4s",
                           "g1/v0/1.m4s",
                           "g1/v0/1-.m4s",
                           "g1/v0/-1-7.m4s",
                           "g1/v0/1-7.mp4",
                           "g1/v0/init-7.m4s",
                           "g1/v0/init-.mp4",
                           "g1/poster.jpg",
                           "g1/posters/1-7.jpg",
                           "g1/thumbs/1.jpg",
                           "g1/thumbs/1-7.m4s",
                           "g1/thumbs/-1-7.jpg",
                           "g1/v0/1-7.jpg",
                           "storyboard.vtt",
                           "g1/v0/1-7.m4s/",
                           "g1/v0/99999999999-7.m4s",
                           "g99999999999/v0.m3u8",
                           "/g1/v0.m3u8",
                           "g1//v0.m3u8"}) {
    EXPECT_FALSE(parse_stream_name(name)) << name;
  }
}

TEST(Names, TypesAreApples) {
  EXPECT_EQ(mime_type("index.m3u8"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(mime_type("g1/v0/1-7.m4s"), "video/iso.segment");
  EXPECT_EQ(mime_type("g1/v0/init-7.mp4"), "video/mp4");
  EXPECT_EQ(mime_type("poster.jpg"), "image/jpeg");
  EXPECT_EQ(mime_type("g1/storyboard.vtt"), "text/vtt; charset=utf-8");
  EXPECT_EQ(mime_type("original"), "application/octet-stream");
}

}  // namespace
}  // namespace vodmill::hls
