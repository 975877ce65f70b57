#include "hls/render.h"

#include <gtest/gtest.h>

#include "hls/names.h"

namespace vodmill::hls {
namespace {

Plan plan_of(std::vector<Rendition> ladder) {
  Plan plan;
  plan.fps = {25, 1};
  plan.ladder = std::move(ladder);
  return plan;
}

Plan one_rung() { return plan_of({{"v0", 640, 360, 23, 800, 1600}}); }

Segment init_row(const std::string& rendition, const std::string& codecs) {
  Segment row;
  row.rendition = rendition;
  row.index = kInitSegment;
  row.key = segment_key("abc/g1/", rendition, kInitSegment, Token{3});
  row.codecs = codecs;
  return row;
}

Segment media_row(const std::string& rendition, int index, std::int64_t bytes = 100'000) {
  Segment row;
  row.rendition = rendition;
  row.index = index;
  row.key = segment_key("abc/g1/", rendition, index, Token{3});
  row.bytes = bytes;
  row.duration = 150;
  row.timescale = 25;
  return row;
}

std::vector<Segment> rows_of(std::initializer_list<int> indexes) {
  std::vector<Segment> rows{init_row("v0", "avc1.64001e")};
  for (const int index : indexes) rows.push_back(media_row("v0", index));
  return rows;
}

TEST(RenderMedia, WaitsForTheInitSegmentAndSegment0) {
  EXPECT_FALSE(render_media(one_rung(), {}, false));
  EXPECT_FALSE(render_media(one_rung(), rows_of({}), false));
  EXPECT_FALSE(render_media(one_rung(), rows_of({1, 2}), false));
  const std::vector<Segment> without_init{media_row("v0", 0)};
  EXPECT_FALSE(render_media(one_rung(), without_init, false));
}

TEST(RenderMedia, ShowsTheContiguousFrontOnly) {
  const auto playlist = render_media(one_rung(), rows_of({0, 1, 3, 4}), false);
  ASSERT_TRUE(playlist);
  ASSERT_EQ(playlist->segments.size(), 2u);
  EXPECT_EQ(playlist->segments[1].uri, "v0/1-3.m4s");
  EXPECT_EQ(playlist->init_uri, "v0/init-3.mp4");
  EXPECT_EQ(playlist->type, PlaylistType::event);
}

TEST(RenderMedia, OnlyEverGrows) {
  std::vector<Segment> rows = rows_of({});
  std::string before;
  for (const int index : {0, 1, 2, 3}) {
    rows.push_back(media_row("v0", index));
    const std::string text = to_text(*render_media(one_rung(), rows, false));
    EXPECT_TRUE(text.starts_with(before));
    before = text;
  }
  EXPECT_EQ(to_text(*render_media(one_rung(), rows, true)), before + "#EXT-X-ENDLIST\n");
}

TEST(RenderMedia, DoesNotEndBeforeAGap) {
  EXPECT_TRUE(render_media(one_rung(), rows_of({0, 1}), true)->ended);
  EXPECT_FALSE(render_media(one_rung(), rows_of({0, 1, 3}), true)->ended);
}

TEST(ProvisionalMultivariant, HoldsTheWholeLadderLowestFirst) {
  Plan plan = plan_of({{"v0", 1280, 720, 23, 3000, 6000}, {"v1", 640, 360, 23, 800, 1600}});
  plan.sounds = {AudioRendition{}};
  plan.sounds.front().name = "a0";
  const MultivariantPlaylist playlist = provisional_multivariant(plan, 2);
  ASSERT_EQ(playlist.variants.size(), 2u);
  EXPECT_EQ(playlist.variants[0].uri, "g2/v1.m3u8");
  EXPECT_EQ(playlist.variants[0].bandwidth, 928'000);
  EXPECT_EQ(playlist.variants[0].codecs, "avc1.64001e,mp4a.40.2");
  EXPECT_EQ(playlist.variants[0].average_bandwidth, std::nullopt);
  EXPECT_EQ(playlist.variants[1].codecs, "avc1.64001f,mp4a.40.2");
  ASSERT_EQ(playlist.audio.size(), 1u);
  EXPECT_EQ(playlist.audio[0].uri, "g2/a0.m3u8");
}

TEST(ProvisionalMultivariant, ALanguageThatIsNoTagIsUnknown) {
  Plan plan = one_rung();
  plan.sounds = {AudioRendition{}};
  for (const char* language : {"", "und", "en\",URI=\"http://evil/", "e n", "\xff\xff"}) {
    plan.sounds.front().language = language;
    const MultivariantPlaylist playlist = provisional_multivariant(plan, 1);
    EXPECT_EQ(playlist.audio[0].language, "und") << language;
    EXPECT_EQ(playlist.audio[0].name, "Audio") << language;
  }
  plan.sounds.front().language = "pt-BR";
  EXPECT_EQ(provisional_multivariant(plan, 1).audio[0].language, "pt-BR");
}

Plan with_sounds(std::vector<AudioRendition> sounds) {
  Plan plan = one_rung();
  for (AudioRendition& sound : sounds) {
    sound.name = "a" + std::to_string(plan.sounds.size());
    plan.sounds.push_back(std::move(sound));
  }
  return plan;
}

AudioRendition sound_of(const std::string& language, SoundPurpose purpose) {
  AudioRendition sound;
  sound.language = language;
  sound.purpose = purpose;
  return sound;
}

TEST(ProvisionalMultivariant, APlayerTakesByItselfOnlyOneOfALanguageAndKindAndNoCommentary) {
  const MultivariantPlaylist playlist = provisional_multivariant(
      with_sounds({sound_of("en", SoundPurpose::main), sound_of("fr", SoundPurpose::main),
                   sound_of("en", SoundPurpose::main), sound_of("en", SoundPurpose::described),
                   sound_of("en", SoundPurpose::clear_speech),
                   sound_of("de", SoundPurpose::commentary)}),
      1);
  ASSERT_EQ(playlist.audio.size(), 6U);
  std::vector<bool> by_itself;
  for (const AudioMedia& media : playlist.audio) {
    by_itself.push_back(media.autoselect);
    EXPECT_EQ(media.is_default, &media == &playlist.audio.front());
    EXPECT_EQ(media.group_id, playlist.audio.front().group_id);
  }
  EXPECT_EQ(by_itself, (std::vector{true, true, false, true, true, false}));
  EXPECT_EQ(playlist.audio[0].characteristics, "");
  EXPECT_EQ(playlist.audio[3].characteristics, "public.accessibility.describes-video");
  EXPECT_EQ(playlist.audio[4].characteristics,
            "public.accessibility.enhances-speech-intelligibility");
}

TEST(ProvisionalMultivariant, CountsTheSoundOfTheHighestRate) {
  Plan plan = with_sounds({AudioRendition{}, AudioRendition{}});
  plan.sounds[0].kbps = 96;
  plan.sounds[1].kbps = 128;
  const MultivariantPlaylist playlist = provisional_multivariant(plan, 1);
  EXPECT_EQ(playlist.variants[0].bandwidth, (plan.ladder[0].max_kbps + 128) * 1000);
}

TEST(FinalMedia, RefusesWhatIsMissingOrTooLong) {
  EXPECT_TRUE(final_media(one_rung(), rows_of({0, 1})));
  EXPECT_EQ(final_media(one_rung(), rows_of({0, 2})).error().message,
            "Segment 1 is missing or has another timescale.");
  EXPECT_EQ(final_media(one_rung(), rows_of({})).error().message,
            "The InitSegment or segment 0 is missing.");
  std::vector<Segment> rows = rows_of({0, 1});
  rows[2].duration = 163;
  EXPECT_EQ(final_media(one_rung(), rows).error().message,
            "Segment 1 is longer than the 6 s of the target duration.");
  rows[2] = media_row("v0", 1);
  rows[2].timescale = 50;
  EXPECT_EQ(final_media(one_rung(), rows).error().message,
            "Segment 1 is missing or has another timescale.");
}

std::vector<Segment> with_key_frames(std::vector<Segment> rows) {
  for (Segment& row : rows) {
    if (row.index != kInitSegment) row.key_frame = ByteRange{24, 9000};
  }
  return rows;
}

TEST(FinalIFrames, NameTheFirstPictureOfEverySegment) {
  const auto playlist = final_i_frames(one_rung(), with_key_frames(rows_of({0, 1})));
  ASSERT_TRUE(playlist);
  EXPECT_TRUE(playlist->i_frames_only);
  EXPECT_TRUE(playlist->ended);
  ASSERT_EQ(playlist->segments.size(), 2u);
  EXPECT_EQ(playlist->segments[1].uri, "v0/1-3.m4s");
  EXPECT_EQ(playlist->segments[1].range, (ByteRange{24, 9000}));
}

TEST(FinalIFrames, AreNotThereWhereAKeyFrameIsNotKnown) {
  std::vector<Segment> rows = with_key_frames(rows_of({0, 1}));
  rows.back().key_frame.reset();
  EXPECT_FALSE(final_i_frames(one_rung(), rows));
  const auto playlist = final_multivariant(one_rung(), 1, {{"v0", rows}});
  ASSERT_TRUE(playlist) << playlist.error().message;
  EXPECT_TRUE(playlist->i_frames.empty());
}

TEST(FinalMultivariant, MeasuresItsIFramePlaylists) {
  const auto rows = with_key_frames(rows_of({0, 1}));
  const auto playlist = final_multivariant(one_rung(), 1, {{"v0", rows}});
  ASSERT_TRUE(playlist) << playlist.error().message;
  ASSERT_EQ(playlist->i_frames.size(), 1u);
  EXPECT_EQ(playlist->i_frames[0].uri, "g1/v0-iframes.m3u8");
  EXPECT_EQ(playlist->i_frames[0].bandwidth, 12'000);  // 9000 bytes every 6 s
  EXPECT_EQ(playlist->i_frames[0].codecs, "avc1.64001e");
}

TEST(FinalMultivariant, BeginsWithTheVariantNearestTo2MegabitsThenGoesUp) {
  const Plan plan = plan_of({{"v0", 1920, 1080, 23, 6000, 12000},
                             {"v1", 1280, 720, 23, 3000, 6000},
                             {"v2", 960, 540, 23, 2000, 4000},
                             {"v3", 640, 360, 23, 800, 1600}});
  const std::int64_t bytes[] = {4'000'000, 2'000'000, 1'400'000, 500'000};
  RenditionRows rows;
  for (std::size_t i = 0; i < plan.ladder.size(); ++i) {
    const std::string& name = plan.ladder[i].name;
    rows[name] = {init_row(name, "avc1.64001f"), media_row(name, 0, bytes[i])};
  }
  const auto playlist = final_multivariant(plan, 1, rows);
  ASSERT_TRUE(playlist) << playlist.error().message;
  std::vector<std::string> uris;
  for (const Variant& variant : playlist->variants) uris.push_back(variant.uri);
  EXPECT_EQ(uris, (std::vector<std::string>{"g1/v2-vod.m3u8", "g1/v3-vod.m3u8", "g1/v1-vod.m3u8",
                                            "g1/v0-vod.m3u8"}));
}

TEST(FinalMultivariant, AddsTheAudioAndNamesTheMeasuredCodecs) {
  Plan plan = one_rung();
  plan.sounds = {AudioRendition{}};
  plan.sounds.front().name = "a0";
  RenditionRows rows;
  rows["v0"] = {init_row("v0", "avc1.640015"), media_row("v0", 0, 600'000)};
  rows["a0"] = {init_row("a0", "mp4a.40.2"), media_row("a0", 0, 90'000)};
  const auto playlist = final_multivariant(plan, 1, rows);
  ASSERT_TRUE(playlist) << playlist.error().message;
  EXPECT_EQ(playlist->variants[0].bandwidth, 920'000);
  EXPECT_EQ(playlist->variants[0].average_bandwidth, 920'000);
  EXPECT_EQ(playlist->variants[0].codecs, "avc1.640015,mp4a.40.2");

  rows["v0"][0].codecs.clear();
  EXPECT_EQ(final_multivariant(plan, 1, rows).error().message,
            "v0 has no InitSegment that names its codecs.");
  rows["v0"][0].codecs = "avc1.640015";
  plan.sounds.push_back(plan.sounds.front());
  plan.sounds.back().name = "a1";
  rows["a1"] = {init_row("a1", "mp4a.40.2"), media_row("a1", 0, 120'000)};
  const auto both = final_multivariant(plan, 1, rows);
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(both->variants[0].bandwidth, 960'000) << "it is played with one of them";
  EXPECT_EQ(both->variants[0].codecs, "avc1.640015,mp4a.40.2");
  EXPECT_EQ(both->audio[1].uri, "g1/a1-vod.m3u8");

  rows.erase("a0");
  EXPECT_EQ(final_multivariant(plan, 1, rows).error().message, "There are no rows of a0.");
}

}  // namespace
}  // namespace vodmill::hls
