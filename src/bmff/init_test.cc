#include "bmff/init.h"

#include "bmff/test_boxes.h"

namespace vodmill::bmff {
namespace {

using namespace std::string_view_literals;

bool is_refused(const Bytes& bytes) {
  const auto info = parse_init(bytes);
  return !info && info.error().code == ErrorCode::verification_failed;
}

TEST(ParseInit, ReadsAVideoTrack) {
  const auto info = parse_init(golden("video-init.mp4"));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->kind, TrackKind::video);
  EXPECT_EQ(info->track_id, 1u);
  EXPECT_EQ(info->timescale, 12288);
  EXPECT_EQ(info->codecs, "avc1.64000a");
  EXPECT_EQ(info->profile, 100);
  EXPECT_EQ(info->level, 10);
  EXPECT_EQ(info->nal_length_size, 4);
  EXPECT_EQ(info->width, 96);
  EXPECT_EQ(info->height, 54);
  EXPECT_EQ(info->media_time, 0);
  ASSERT_TRUE(info->colour);
  EXPECT_EQ(info->colour->primaries, 1);
  EXPECT_EQ(info->colour->transfer, 1);
  EXPECT_EQ(info->colour->matrix, 1);
  EXPECT_FALSE(info->colour->full_range);
}

TEST(ParseInit, ReadsAnAudioTrack) {
  const auto info = parse_init(golden("audio-init.mp4"));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->kind, TrackKind::audio);
  EXPECT_EQ(info->timescale, 48000);
  EXPECT_EQ(info->codecs, "mp4a.40.2");
  EXPECT_EQ(info->sample_rate, 48000);
  EXPECT_EQ(info->channels, 2);
}

TEST(ParseInit, ReadsTheEditThatHidesTheReorderingDelay) {
  const auto info = parse_init(golden("pairs-init.mp4"));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->media_time, 1024);
}

TEST(ParseInit, RefusesAnEmptyEdit) {
  const auto info = parse_init(golden("empty-edit-init.mp4"));
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().message, "An edit list must hold one edit that is not empty.");
}

TEST(ParseInit, RefusesEveryPrefix) {
  for (const char* name : {"video-init.mp4", "audio-init.mp4", "pairs-init.mp4"}) {
    const Bytes whole = golden(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes prefix(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_TRUE(is_refused(prefix)) << name << " " << size;
    }
  }
}

TEST(ParseInit, SurvivesEveryByteBeingAnother) {
  for (const char* name : {"video-init.mp4", "audio-init.mp4"}) {
    Bytes bytes = golden(name);
    for (std::byte& byte : bytes) {
      const std::byte kept = byte;
      for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
        byte = static_cast<std::byte>(value);
        const auto info = parse_init(bytes);
        if (info) EXPECT_GT(info->timescale, 0);
      }
      byte = kept;
    }
  }
}

TEST(ParseInit, RefusesATimescaleOfZero) {
  const auto info = parse_init(with_field(golden("video-init.mp4"), "mdhd", 12, 0));
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().message, "The mdhd box has no timescale.");
}

TEST(ParseInit, RefusesOtherCodecsAndHandlers) {
  EXPECT_TRUE(is_refused(replaced(golden("video-init.mp4"), "avc1\0\0"sv, "hvc1\0\0"sv)));
  EXPECT_TRUE(is_refused(replaced(golden("video-init.mp4"), "avc1\0\0"sv, "encv\0\0"sv)));
  EXPECT_TRUE(is_refused(replaced(golden("video-init.mp4"), "vide"sv, "soun"sv)));
  EXPECT_TRUE(is_refused(replaced(golden("audio-init.mp4"), "soun"sv, "subt"sv)));
  EXPECT_TRUE(is_refused(replaced(golden("audio-init.mp4"), "mp4a\0\0"sv, "ac-3\0\0"sv)));
}

TEST(ParseInit, RefusesMoreThanOneTrackOrEntry) {
  EXPECT_TRUE(is_refused(with_field(golden("video-init.mp4"), "stsd", 4, 2)));
  EXPECT_TRUE(is_refused(with_field(golden("video-init.mp4"), "stsd", 4, 0xffffffff)));
  const Bytes whole = golden("video-init.mp4");
  EXPECT_TRUE(is_refused(joined({whole, whole})));
  EXPECT_TRUE(is_refused(joined({whole, golden("video-0.m4s")})));
}

TEST(ParseInit, ReportsAnEditListThatIsNotOneEdit) {
  const auto info = parse_init(golden("empty-edit-init.mp4"), OnDeviation::report);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_FALSE(info->has_plain_edit);
  EXPECT_TRUE(parse_init(golden("pairs-init.mp4"))->has_plain_edit);
}

TEST(ListTracks, NamesCodecsThatAreNotOurs) {
  const auto tracks = list_tracks(replaced(golden("video-init.mp4"), "avc1\0\0"sv, "hvc1\0\0"sv));
  ASSERT_TRUE(tracks) << tracks.error().message;
  ASSERT_EQ(tracks->size(), 1U);
  EXPECT_EQ(tracks->front().handler, "vide");
  EXPECT_EQ(tracks->front().sample_entry, "hvc1");
  EXPECT_FALSE(list_tracks(golden("video-0.m4s")));
  EXPECT_FALSE(list_tracks({}));
}

TEST(ParseInit, RefusesADefaultThatBelongsToAnotherTrack) {
  EXPECT_TRUE(is_refused(with_field(golden("video-init.mp4"), "trex", 4, 2)));
}

TEST(ParseInit, IsNotMovedByBoxesInsideBoxesInsideBoxes) {
  Bytes nested;
  for (int depth = 0; depth < 20000; ++depth) {
    const auto size = static_cast<std::uint32_t>(8 * (20000 - depth));
    append(nested, words({size, 0x6d6f6f76}));
  }
  EXPECT_TRUE(is_refused(nested));
  EXPECT_TRUE(is_refused(joined({box("ftyp", {}), nested})));
}

}  // namespace
}  // namespace vodmill::bmff
