#include "bmff/media.h"

#include "bmff/test_boxes.h"

namespace vodmill::bmff {
namespace {

using namespace std::string_view_literals;

InitInfo init_of(const std::string& name) {
  const auto info = parse_init(golden(name));
  EXPECT_TRUE(info) << info.error().message;
  return info.value_or(InitInfo{});
}

bool is_refused(const Bytes& bytes, const InitInfo& init) {
  const auto info = parse_media(bytes, init);
  return !info && info.error().code == ErrorCode::verification_failed;
}

// An audio fragment by hand: the fields that follow trun's flags, and the mdat's payload.
struct Fragment {
  Bytes tfhd = words({0x20000, 1});
  Bytes tfdt = words({0, 100});
  Bytes trun_fields;  // flags and all after them
  Bytes mdat = words({1, 2});

  Bytes bytes() const {
    const Bytes traf =
        box("traf", joined({box("tfhd", tfhd), box("tfdt", tfdt), box("trun", trun_fields)}));
    return joined({box("moof", joined({box("mfhd", words({0, 1})), traf})), box("mdat", mdat)});
  }
};

// Defaults of the track: samples of 4 bytes that last 1,024 units.
InitInfo small_audio() {
  InitInfo init;
  init.kind = TrackKind::audio;
  init.track_id = 1;
  init.timescale = 48000;
  init.default_duration = 1024;
  init.default_size = 4;
  return init;
}

constexpr std::uint32_t kMoofSize = 8 + 16 + 8 + 16 + 16;  // without the trun

TEST(ParseMedia, ReadsASegmentOfOneFragment) {
  const Bytes bytes = golden("video-0.m4s");
  const auto info = parse_media(bytes, init_of("video-init.mp4"));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->start, 0);
  EXPECT_EQ(info->duration, 12288);
  EXPECT_EQ(info->samples, 24);
  EXPECT_EQ(info->first_pts, 0);
  EXPECT_EQ(info->end_pts, 12288);
  EXPECT_EQ(info->bytes, static_cast<std::int64_t>(bytes.size()));
  EXPECT_FALSE(info->has_parameter_sets);
  ASSERT_EQ(info->sync_samples.size(), 2u);
  EXPECT_EQ(info->sync_samples[0].sample, 0);
  EXPECT_EQ(info->sync_samples[0].offset, 76);
  EXPECT_EQ(info->sync_samples[0].length, 388 + 8 + 0x48d);
  EXPECT_EQ(info->sync_samples[1].sample, 12);
  EXPECT_EQ(info->sync_samples[1].pts, 6144);
}

TEST(ParseMedia, TheNextSegmentGoesOnWhereTheFirstEnded) {
  const auto info = parse_media(golden("video-1.m4s"), init_of("video-init.mp4"));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->start, 12288);
  EXPECT_EQ(info->first_pts, 12288);
  EXPECT_EQ(info->end_pts, 2 * 12288);
}

TEST(ParseMedia, AddsUpSeveralFragments) {
  const InitInfo init = init_of("pairs-init.mp4");
  const auto info = parse_media(golden("pairs-0.m4s"), init);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->samples, 24);
  EXPECT_EQ(info->duration, 12288);
  EXPECT_EQ(info->first_pts, init.media_time);
  EXPECT_EQ(info->end_pts, 12288 + init.media_time);
  ASSERT_EQ(info->sync_samples.size(), 2u);
  EXPECT_EQ(info->sync_samples[1].offset, 200 + 1586);
}

TEST(ParseMedia, ReadsAudio) {
  const auto info = parse_media(golden("audio-0.m4s"), init_of("audio-init.mp4"));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->start, 0);
  EXPECT_EQ(info->samples, 47);
  EXPECT_EQ(info->duration, 47 * 1024);
  EXPECT_EQ(info->first_pts, 0);
  EXPECT_TRUE(info->sync_samples.empty());
}

TEST(ParseMedia, EveryPrefixIsRefusedOrIsWholeFragments) {
  const auto whole_fragments = [](const Bytes& bytes, const InitInfo& init) {
    std::vector<std::size_t> sizes;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Bytes prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      if (!is_refused(prefix, init)) sizes.push_back(size);
    }
    return sizes;
  };
  EXPECT_TRUE(whole_fragments(golden("video-0.m4s"), init_of("video-init.mp4")).empty());
  EXPECT_TRUE(whole_fragments(golden("audio-0.m4s"), init_of("audio-init.mp4")).empty());
  EXPECT_EQ(whole_fragments(golden("pairs-0.m4s"), init_of("pairs-init.mp4")),
            std::vector<std::size_t>{200 + 1586});
}

TEST(ParseMedia, SurvivesEveryByteBeingAnother) {
  const InitInfo init = init_of("video-init.mp4");
  Bytes bytes = golden("video-0.m4s");
  for (std::byte& byte : bytes) {
    const std::byte kept = byte;
    for (const int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      byte = static_cast<std::byte>(value);
      const auto info = parse_media(bytes, init);
      if (info) EXPECT_LE(info->samples, info->bytes);
    }
    byte = kept;
  }
}

TEST(ParseMedia, RefusesAGapBetweenFragments) {
  const Bytes pair = golden("pairs-0.m4s");
  const Bytes second(pair.begin() + 200 + 1586, pair.end());
  const auto info = parse_media(joined({pair, second}), init_of("pairs-init.mp4"));
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().message, "A fragment starts at 6144, but the one before ends at 12288.");
}

TEST(ParseMedia, RefusesAFirstPictureThatIsNotAnIdr) {
  const InitInfo init = init_of("video-init.mp4");
  // trun: version and flags, count, data offset, then (size, flags, composition offset) a sample
  const Bytes not_sync = with_field(golden("video-0.m4s"), "trun", 16, 0x01010000);
  EXPECT_EQ(parse_media(not_sync, init).error().message,
            "The first sample of a segment must be a sync sample.");

  Bytes not_idr = golden("video-0.m4s");
  const std::size_t mdat = as_text(not_idr).find("mdat");
  for (std::size_t at = mdat + 4; at < mdat + 4 + 0x48d;) {
    const auto length = load_be<std::uint32_t>(ByteView(not_idr).subspan(at));
    if ((static_cast<int>(not_idr[at + 4]) & 0x1f) == 5) not_idr[at + 4] = std::byte{0x61};
    at += 4 + length;
  }
  EXPECT_EQ(parse_media(not_idr, init).error().message,
            "The first picture of a segment must be an IDR picture.");
}

TEST(ParseMedia, ReportsDeviationsOfAStreamThatIsNotOurs) {
  // The second moof's decode time is another.
  Bytes gap = golden("pairs-0.m4s");
  const std::size_t second = as_text(gap).rfind("tfdt");
  gap[second + 4 + 4 + 2] = std::byte{0x7f};
  const auto apart = parse_media(gap, init_of("pairs-init.mp4"), OnDeviation::report);
  ASSERT_TRUE(apart) << apart.error().message;
  EXPECT_FALSE(apart->is_continuous);
  EXPECT_TRUE(apart->starts_with_idr);

  InitInfo not_sync = small_audio();
  not_sync.default_flags = 0x10000;
  Fragment fragment;
  fragment.trun_fields = words({0x1, 2, kMoofSize + 28});
  EXPECT_TRUE(is_refused(fragment.bytes(), not_sync));
  const auto late = parse_media(fragment.bytes(), not_sync, OnDeviation::report);
  ASSERT_TRUE(late) << late.error().message;
  EXPECT_FALSE(late->starts_with_idr);
  EXPECT_EQ(late->shortest_sample, 1024);
  EXPECT_EQ(late->longest_sample, 1024);
}

TEST(ParseMedia, RefusesWhatIsNotASegment) {
  const InitInfo init = init_of("video-init.mp4");
  const Bytes whole = golden("video-0.m4s");
  EXPECT_TRUE(is_refused({}, init));
  EXPECT_TRUE(is_refused(golden("video-init.mp4"), init));
  EXPECT_TRUE(is_refused(golden("audio-0.m4s"), init)) << "its bytes are no NAL units";
  EXPECT_TRUE(is_refused(joined({box("mdat", {}), whole}), init));
  EXPECT_TRUE(is_refused(joined({whole, box("mfra", {})}), init));
  EXPECT_TRUE(is_refused(replaced(whole, "mdat"sv, "free"sv), init));
  EXPECT_TRUE(is_refused(replaced(whole, "tfdt"sv, "free"sv), init));
  EXPECT_TRUE(is_refused(with_field(whole, "tfhd", 4, 2), init)) << "another track";
  EXPECT_TRUE(is_refused(with_field(whole, "tfhd", 0, 0x39), init)) << "absolute data offset";
  EXPECT_TRUE(is_refused(with_field(whole, "tfdt", 4, 0x7fffffff), init)) << "absurd time";
}

TEST(ParseMedia, TakesTheDefaultsOfTheTrack) {
  Fragment fragment;
  fragment.trun_fields = words({0x1, 2, kMoofSize + 20 + 8});
  const auto info = parse_media(fragment.bytes(), small_audio());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->start, 100);
  EXPECT_EQ(info->samples, 2);
  EXPECT_EQ(info->duration, 2048);
}

TEST(ParseMedia, TheFragmentsOwnDefaultsComeFirst) {
  Fragment fragment;
  fragment.tfhd = words({0x20018, 1, 10, 8});
  fragment.trun_fields = words({0x1, 1, kMoofSize + 8 + 20 + 8});
  const auto info = parse_media(fragment.bytes(), small_audio());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->duration, 10);
}

TEST(ParseMedia, RefusesMoreSamplesThanThereAreBytes) {
  Fragment fragment;
  for (const std::uint32_t count : {3u, 0x10000u, 0x7fffffffu, 0xffffffffu}) {
    fragment.trun_fields = words({0x1, count, kMoofSize + 20 + 8});
    EXPECT_TRUE(is_refused(fragment.bytes(), small_audio())) << count;
    fragment.trun_fields = words({0x201, count, kMoofSize + 28 + 8, 4, 4});
    EXPECT_TRUE(is_refused(fragment.bytes(), small_audio())) << count;
  }
}

TEST(ParseMedia, RefusesSamplesOutsideOfTheMdat) {
  Fragment fragment;
  const std::uint32_t inside = kMoofSize + 20 + 8;
  for (const std::uint32_t offset :
       {0u, inside - 1, inside + 1, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
    fragment.trun_fields = words({0x1, 2, offset});
    EXPECT_TRUE(is_refused(fragment.bytes(), small_audio())) << offset;
  }
  fragment.trun_fields = words({0x0, 2});
  EXPECT_TRUE(is_refused(fragment.bytes(), small_audio())) << "no offset: in the moof itself";
}

TEST(ParseMedia, RefusesSamplesWithoutBytesOrDuration) {
  Fragment fragment;
  fragment.trun_fields = words({0x201, 1, kMoofSize + 24 + 8, 0});
  EXPECT_TRUE(is_refused(fragment.bytes(), small_audio()));
  fragment.trun_fields = words({0x101, 1, kMoofSize + 24 + 8, 0});
  EXPECT_TRUE(is_refused(fragment.bytes(), small_audio()));
  fragment.trun_fields = words({0x1, 0, kMoofSize + 20 + 8});
  EXPECT_TRUE(is_refused(fragment.bytes(), small_audio())) << "no sample at all";
}

TEST(ParseMedia, SignedCompositionOffsetsNeedTheirVersion) {
  Fragment fragment;
  fragment.trun_fields = words({0x01000801, 1, kMoofSize + 24 + 8, 0xffffffff});
  EXPECT_EQ(parse_media(fragment.bytes(), small_audio())->first_pts, 99);
  fragment.trun_fields = words({0x00000801, 1, kMoofSize + 24 + 8, 0xffffffff});
  EXPECT_EQ(parse_media(fragment.bytes(), small_audio())->first_pts, 100 + 0xffffffffll);
}

}  // namespace
}  // namespace vodmill::bmff
