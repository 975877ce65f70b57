#include "plan/planner.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <ranges>
#include <span>

#include "plan/test_info.h"

namespace vodmill::plan {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Plan plan_of(const SourceInfo& info, int cores = 1) {
  const auto plan = make_plan(info, {.build = EngineBuild("test"), .cores = cores});
  EXPECT_TRUE(plan) << plan.error().message;
  return plan.value_or(Plan{});
}

ErrorCode refusal_of(const SourceInfo& info, const Policy& policy = {}) {
  const auto plan = make_plan(info, policy);
  EXPECT_FALSE(plan);
  return plan ? ErrorCode::internal_error : plan.error().code;
}

double seconds(std::int64_t frames, Rational fps) {
  return static_cast<double>(frames) / fps.value();
}

void expect_segments_hold(const Plan& plan) {
  ASSERT_GE(plan.boundaries.size(), 2U);
  ASSERT_EQ(plan.boundaries.front(), 0);
  ASSERT_EQ(plan.boundaries.back(), plan.frames);
  for (std::size_t i = 1; i < plan.boundaries.size(); ++i) {
    const std::int64_t length = plan.boundaries[i] - plan.boundaries[i - 1];
    ASSERT_GT(length, 0);
    const double long_seconds = seconds(length, plan.fps);
    ASSERT_LE(long_seconds, plan.target_duration + 0.5);
    ASSERT_LE(std::lround(long_seconds), plan.target_duration);  // RFC 8216, 4.3.3.1
  }
  const double first = seconds(plan.boundaries[1], plan.fps);
  ASSERT_LE(first, 2 + 1 / plan.fps.value()) << "the first segment is to be soon";
}

void expect_idrs_hold(const Plan& plan) {
  ASSERT_TRUE(std::ranges::is_sorted(plan.idrs, std::less_equal{}));
  ASSERT_EQ(plan.idrs.front(), 0);
  const std::span starts(plan.boundaries.begin(), plan.boundaries.end() - 1);
  ASSERT_TRUE(std::ranges::includes(plan.idrs, starts));
  const double longest = 2 + 1 / plan.fps.value() + 0.4;  // a joined tail is part of the last one
  for (std::size_t i = 0; i < plan.idrs.size(); ++i) {
    const std::int64_t next = i + 1 < plan.idrs.size() ? plan.idrs[i + 1] : plan.frames;
    ASSERT_GT(next, plan.idrs[i]);
    const bool is_last = i + 1 == plan.idrs.size();
    ASSERT_LE(seconds(next - plan.idrs[i], plan.fps),
              is_last ? longest : 2 + 1 / plan.fps.value() + 1e-9);
  }
}

void expect_chunks_hold(const Plan& plan) {
  int next = 0;
  for (const Chunk& chunk : plan.chunks) {
    ASSERT_EQ(chunk.first_segment, next);
    ASSERT_GT(chunk.end_segment, chunk.first_segment);
    next = chunk.end_segment;
  }
  ASSERT_EQ(next, plan.segments());
  ASSERT_EQ(plan.chunks.front().end_segment, 1) << "the first chunk is to be soon";
}

void expect_sound_holds(const Plan& plan) {
  const AudioRendition& audio = plan.sounds.front();
  ASSERT_EQ(audio.boundaries.size(), plan.boundaries.size());
  const double aac_frame = 1024.0 / audio.sample_rate;
  for (std::size_t i = 0; i < audio.boundaries.size(); ++i) {
    if (i > 0) {
      const std::int64_t length = audio.boundaries[i] - audio.boundaries[i - 1];
      ASSERT_GT(length, 0);
      ASSERT_LE(std::lround(static_cast<double>(length) * aac_frame), plan.target_duration);
    }
    const double at = static_cast<double>(audio.boundaries[i]) * aac_frame;
    // A video shorter than one AAC frame still has one.
    if (plan.frames * plan.fps.den * 20 < plan.fps.num) continue;
    ASSERT_NEAR(at, seconds(plan.boundaries[i], plan.fps), aac_frame / 2 + 1e-9);
  }
}

TEST(Planner, KeepsItsPromisesForAnyRateAndLength) {
  std::mt19937 random(6);
  const std::vector<Rational> known{{24, 1}, {25, 1},        {30, 1}, {30'000, 1001},
                                    {50, 1}, {24'000, 1001}, {60, 1}, {60'000, 1001},
                                    {10, 1}, {15, 1},        {1, 1},  {1, 3}};
  for (int i = 0; i < 20'000; ++i) {
    const Rational fps = i % 3 == 0
                             ? Rational{1 + static_cast<std::int64_t>(random() % 60'000), 1000}
                             : known[random() % known.size()];
    const auto frames = 1 + static_cast<std::int64_t>(random() % (i % 2 == 0 ? 30'000 : 700));
    if (seconds(frames, fps) > 12 * 3600) continue;
    SourceInfo info = source_info(640, 360, fps, frames);
    info.sounds = {stereo(i % 2 == 0 ? 48'000 : 44'100)};
    SCOPED_TRACE(testing::Message() << frames << " frames at " << fps.num << "/" << fps.den);
    const Plan plan = plan_of(info, 1 + static_cast<int>(random() % 8));
    // Rates below are known to the microsecond only: the clock of these sources ticks 90,000 times.
    ASSERT_EQ(plan.frames, frames);
    expect_segments_hold(plan);
    expect_idrs_hold(plan);
    expect_chunks_hold(plan);
    expect_sound_holds(plan);
    if (HasFatalFailure()) return;
  }
}

TEST(Planner, CutsAnOrdinaryVideoAsExpected) {
  SourceInfo info = source_info(1920, 1080, {25, 1}, 62 * 25);
  info.sounds = {stereo()};
  const Plan plan = plan_of(info, 4);
  EXPECT_THAT(plan.boundaries,
              ElementsAre(0, 50, 200, 350, 500, 650, 800, 950, 1100, 1250, 1400, 1550));
  EXPECT_EQ(plan.target_duration, 6);
  EXPECT_EQ(plan.idrs.size(), 31U);
  EXPECT_EQ(plan.chunks.size(), 3U);  // the first, then 5 segments for each of two mills
  EXPECT_EQ(plan.sounds.front().boundaries[1], 94);  // 2 s are 93.75 AAC frames
  EXPECT_EQ(plan.sounds.front().language, "fr");
}

// Segments that the busiest mill makes when each takes the next chunk as soon as it has made one.
std::int64_t longest_shift(const Plan& plan, int parallel) {
  std::vector<std::int64_t> made(static_cast<std::size_t>(parallel));
  for (const Chunk& chunk : plan.chunks | std::views::drop(1)) {
    *std::ranges::min_element(made) += chunk.end_segment - chunk.first_segment;
  }
  return std::ranges::max(made);
}

TEST(Planner, CutsALongVideoIntoChunksThatBecomeSmallerAtTheEnd) {
  const Plan plan = plan_of(source_info(1920, 1080, {25, 1}, std::int64_t{25} * 242), 4);
  std::vector<int> sizes;
  for (const Chunk& chunk : plan.chunks) sizes.push_back(chunk.end_segment - chunk.first_segment);
  EXPECT_THAT(sizes, ElementsAre(1, 8, 8, 8, 8, 4, 2, 1, 1));
}

TEST(Planner, CountsTwoCoresForAMillThatEncodesSeveralRenditions) {
  SourceInfo info = source_info(1920, 1080, {25, 1}, 62 * 25);
  EXPECT_EQ(plan_of(info).cores_of_chunk(), 2);
  make_copyable(info, 50, 4000);
  const Plan all = plan_of(info);
  ASSERT_TRUE(all.ladder.front().copied);
  EXPECT_EQ(all.cores_of_chunk(), 2);
  const LadderPolicy two{.max_height = {}, .max_renditions = 2};
  const auto small = make_plan(info, {.cores = 4, .ladder = two});
  ASSERT_TRUE(small && small->ladder.front().copied);
  EXPECT_EQ(small->cores_of_chunk(), 1) << "what is copied costs nothing";
  EXPECT_EQ(small->chunks.size(), 5U);  // the first, then one for each of four mills
}

TEST(Planner, GivesTheLastOfAnOddNumberOfCoresAMillToo) {
  const SourceInfo info = source_info(1920, 1080, {25, 1}, 50 * 25);
  EXPECT_EQ(plan_of(info, 1).chunks.size(), 2U);
  EXPECT_EQ(plan_of(info, 2).chunks.size(), 2U);
  EXPECT_EQ(plan_of(info, 3).chunks.size(), 3U);
  EXPECT_EQ(plan_of(info, 4).chunks.size(), 3U);
}

TEST(Planner, KeepsEveryMillBusyToTheEnd) {
  for (int parallel = 1; parallel <= 32; ++parallel) {
    for (int seconds = 3; seconds < 1200; seconds += 7) {
      const Plan plan =
          plan_of(source_info(1280, 720, {30, 1}, std::int64_t{seconds} * 30), 2 * parallel);
      const int share = (plan.segments() - 1 + parallel - 1) / parallel;
      ASSERT_EQ(longest_shift(plan, parallel), share) << seconds << " s, " << parallel;
    }
  }
}

TEST(Planner, DoesNotInflateTenHoursAtOneFrameASecond) {
  const Plan plan = plan_of(source_info(320, 180, {1, 1}, 36'000));
  EXPECT_EQ(plan.frames, 36'000);
  EXPECT_EQ(plan.fps, (Rational{1, 1}));
  EXPECT_LE(plan.segments(), 36'000 / 6 + 1);
}

TEST(Planner, HalvesOneHundredAndTwentyFramesASecond) {
  const Plan plan = plan_of(source_info(320, 180, {120, 1}, 240));
  EXPECT_EQ(plan.fps, (Rational{60, 1}));
  EXPECT_EQ(plan.frames, 120);
  EXPECT_THAT(plan.reasons, Contains(HasSubstr("halved")));
}

TEST(Planner, HasAThumbASecondAndOneAtEveryBoundary) {
  const Plan plan = plan_of(source_info(1920, 1080, {25, 1}, 25 * 60));
  ASSERT_TRUE(plan.thumbs);
  EXPECT_EQ(plan.thumbs->frames.size(), 60U);
  for (int i = 0; i < plan.segments(); ++i) {
    ASSERT_FALSE(plan.thumbs_of(i).empty());
    EXPECT_EQ(plan.thumbs_of(i).front(), plan.boundaries[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(plan.thumbs->width, 160);
  EXPECT_EQ(plan.thumbs->height, 90);
  const Rendition& poster = plan.ladder[static_cast<std::size_t>(plan.thumbs->poster)];
  EXPECT_EQ(poster.width, 1280);
}

TEST(Planner, HasFewerThumbsInALongVideoButOneASegment) {
  const Plan hours = plan_of(source_info(1920, 1080, {25, 1}, std::int64_t{25} * 7200));
  EXPECT_EQ(std::ssize(hours.thumbs->frames), hours.segments());
  const Plan minutes = plan_of(source_info(1920, 1080, {25, 1}, std::int64_t{25} * 600));
  EXPECT_NEAR(static_cast<double>(minutes.thumbs->frames.size()), 200, 10);
}

TEST(Planner, MakesUprightThumbsNoLargerThanThePicture) {
  SourceInfo info = source_info(1920, 1080, {25, 1}, 100);
  info.video->rotation = 90;
  const Plan turned = plan_of(info);
  EXPECT_EQ(turned.thumbs->width, 90);
  EXPECT_EQ(turned.thumbs->height, 160);
  const Plan tiny = plan_of(source_info(16, 16, {25, 1}, 100));
  EXPECT_EQ(tiny.thumbs->width, 16);
}

TEST(Planner, GivesTheSameTwice) {
  const SourceInfo info = source_info(1280, 720, {30'000, 1001}, 5000);
  EXPECT_EQ(plan_of(info, 3).boundaries, plan_of(info, 3).boundaries);
  EXPECT_EQ(plan_of(info, 3).reasons, plan_of(info, 3).reasons);
}

TEST(Planner, MakesMonoFromMonoAndStereoFromSixChannels) {
  SourceInfo info = source_info(640, 360, {25, 1}, 100);
  info.sounds = {stereo()};
  info.sounds.front().channels = 1;
  EXPECT_EQ(plan_of(info).sounds.front().channels, 1);
  info.sounds.front().channels = 6;
  EXPECT_EQ(plan_of(info).sounds.front().channels, 2);
}

TEST(Planner, MakesEverySoundAndNamesIt) {
  SourceInfo info = source_info(640, 360, {25, 1}, 1000);
  info.sounds = {stereo(), stereo(44'100), stereo()};
  info.sounds[1].index = 4;
  info.sounds[1].language = "eng";
  info.sounds[2].language = "eng";
  info.sounds[2].channels = 1;
  info.sounds[2].purpose = SoundPurpose::described;
  const Plan plan = plan_of(info);
  ASSERT_EQ(plan.sounds.size(), 3U);
  EXPECT_EQ(plan.sounds[0].name, "a0");
  EXPECT_EQ(plan.sounds[0].label, "French");
  EXPECT_EQ(plan.sounds[1].name, "a1");
  EXPECT_EQ(plan.sounds[1].source_stream, 4);
  EXPECT_EQ(plan.sounds[1].language, "en");
  EXPECT_EQ(plan.sounds[1].sample_rate, 44'100);
  EXPECT_EQ(plan.sounds[2].label, "English (described)");
  EXPECT_EQ(plan.sounds[2].channels, 1);
  EXPECT_EQ(plan.sounds[2].purpose, SoundPurpose::described);
  for (const AudioRendition& sound : plan.sounds) {
    ASSERT_EQ(sound.boundaries.size(), plan.boundaries.size());
    const double seconds = static_cast<double>(sound.boundaries.back()) * 1024 / sound.sample_rate;
    EXPECT_NEAR(seconds, 40, 0.012);
  }
}

TEST(Planner, MakesNoMoreSoundsThanThereMayBe) {
  SourceInfo info = source_info(640, 360, {25, 1}, 100);
  info.sounds = std::vector(kMaxSounds + 1, stereo());
  EXPECT_EQ(plan_of(info).sounds.size(), kMaxSounds);
}

TEST(Planner, KeepsOf44100HertzAndResamplesAllElseTo48000) {
  SourceInfo info = source_info(640, 360, {25, 1}, 100);
  for (const auto& [source, output] :
       {std::pair{44'100, 44'100}, {48'000, 48'000}, {8000, 48'000}, {96'000, 48'000}}) {
    info.sounds = {stereo(source)};
    EXPECT_EQ(plan_of(info).sounds.front().sample_rate, output);
  }
}

TEST(Planner, BelievesAPeakOfHdrThatCanBe) {
  struct Case {
    const char* transfer;
    int content, mastering;  // nits
    int peak;
  };
  for (const Case& c : {Case{"smpte2084", 0, 0, 1000}, Case{"smpte2084", 600, 4000, 600},
                        Case{"smpte2084", 0, 4000, 4000}, Case{"smpte2084", 1, 1'000'000, 1000},
                        Case{"smpte2084", 65'535, 4000, 4000}, Case{"smpte2084", 399, 10'001, 1000},
                        Case{"smpte2084", 400, 0, 400}, Case{"smpte2084", 10'000, 0, 10'000},
                        Case{"arib-std-b67", 4000, 4000, 1000}}) {
    SourceInfo info = source_info(1920, 1080, {30, 1}, 100);
    info.video->transfer = c.transfer;
    info.video->content_peak = c.content;
    info.video->mastering_peak = c.mastering;
    EXPECT_EQ(plan_of(info).tone_map_peak, c.peak) << c.content << " " << c.mastering;
  }
}

TEST(Planner, CarriesTurnMirrorInterlaceAndHdr) {
  SourceInfo info = source_info(1920, 1080, {30, 1}, 100);
  info.video->rotation = 90;
  info.video->mirrored = true;
  info.video->interlaced = true;
  info.video->field_order = "bff";
  info.video->transfer = "arib-std-b67";
  const Plan plan = plan_of(info);
  EXPECT_EQ(plan.rotation, 90);
  EXPECT_TRUE(plan.mirrored);
  EXPECT_TRUE(plan.deinterlace);
  EXPECT_EQ(plan.field_order, "bff");
  EXPECT_EQ(plan.tone_map, "arib-std-b67");
  EXPECT_EQ(plan.ladder.front().width, 1080);
  EXPECT_EQ(plan.ladder.front().height, 1920);
}

TEST(Planner, SaysWhatTheLadderIsByTheClientsWish) {
  const SourceInfo info = source_info(1920, 1080, {25, 1}, 100);
  const auto plan = make_plan(info, {.ladder = {.max_height = 720, .max_renditions = 2}});
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_EQ(plan->ladder.size(), 2U);
  EXPECT_EQ(plan->ladder.front().height, 720);
  EXPECT_THAT(plan->reasons, Contains(HasSubstr("above 720p")));
  EXPECT_THAT(plan->reasons, Contains(HasSubstr("at most 2 renditions")));
  EXPECT_THAT(plan_of(info).reasons, Not(Contains(HasSubstr("client"))));
}

TEST(Planner, RefusesSoundWithoutPicture) {
  SourceInfo info;
  info.sounds = {stereo()};
  EXPECT_EQ(refusal_of(info), ErrorCode::no_video_stream);
}

TEST(Planner, RefusesWhatHoldsNoFrame) {
  SourceInfo info = source_info(640, 360, {25, 1}, 100);
  info.video->packets = 0;
  EXPECT_EQ(refusal_of(info), ErrorCode::duration_too_short);
  info = source_info(640, 360, {25, 1}, 100);
  info.video->end_pts = info.video->first_pts;
  EXPECT_EQ(refusal_of(info), ErrorCode::duration_too_short);
}

TEST(Planner, RefusesWhatIsLongerThanThePolicyAllows) {
  const SourceInfo info = source_info(640, 360, {25, 1}, 1001);
  EXPECT_EQ(refusal_of(info, {.max_seconds = 40}), ErrorCode::duration_exceeds_limit);
  EXPECT_TRUE(make_plan(info, {.max_seconds = 41}));
}

TEST(Planner, RefusesPicturesBeyondThePolicysSizes) {
  const SourceInfo info = source_info(640, 360, {25, 1}, 100);
  EXPECT_EQ(refusal_of(info, {.max_pixels = 640 * 360 - 1}), ErrorCode::resolution_exceeds_limit);
  EXPECT_EQ(refusal_of(info, {.min_side = 361}), ErrorCode::resolution_too_small);
  EXPECT_TRUE(make_plan(info, {.max_pixels = 640 * 360, .min_side = 360}));
}

}  // namespace
}  // namespace vodmill::plan
