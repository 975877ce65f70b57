#include "av/audio_timeline.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vodmill::av {
namespace {

constexpr int kRate = 48'000;

// A frame of mono samples that all have one value.
FramePtr sound(int samples, float value, int rate = kRate) {
  FramePtr frame = make_frame();
  frame->format = AV_SAMPLE_FMT_FLTP;
  frame->sample_rate = rate;
  frame->nb_samples = samples;
  av_channel_layout_default(&frame->ch_layout, 1);
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  std::fill_n(reinterpret_cast<float*>(frame->data[0]), samples, value);
  return frame;
}

// Everything that is ready.
std::vector<float> taken(AudioTimeline& timeline) {
  const auto count = static_cast<int>(timeline.end() - timeline.front());
  if (count == 0) return {};
  const FramePtr frame = sound(count, -1);
  timeline.take(*frame, count);
  const auto* samples = reinterpret_cast<const float*>(frame->data[0]);
  return {samples, samples + count};
}

void expect_constant(const std::vector<float>& samples, std::size_t from, std::size_t to,
                     float value) {
  ASSERT_LE(to, samples.size());
  for (std::size_t i = from; i < to; ++i) ASSERT_NEAR(samples[i], value, 1e-5) << i;
}

TEST(AudioTimeline, PutsTheFirstFrameExactlyWhereItBelongs) {
  // Less late than what counts as a gap later on.
  AudioTimeline timeline(kRate, 1, 0);
  ASSERT_TRUE(timeline.add(*sound(1000, 0.5F), 700));
  const auto samples = taken(timeline);
  ASSERT_EQ(samples.size(), 1700U);
  expect_constant(samples, 0, 700, 0);
  expect_constant(samples, 700, 1700, 0.5F);
}

TEST(AudioTimeline, DropsWhatLiesBeforeItsStart) {
  AudioTimeline timeline(kRate, 1, 5000);
  ASSERT_TRUE(timeline.add(*sound(1000, 0.1F), 3500));
  EXPECT_EQ(timeline.end(), 5000);
  ASSERT_TRUE(timeline.add(*sound(1000, 0.2F), 4500));
  EXPECT_EQ(timeline.front(), 5000);
  EXPECT_EQ(timeline.end(), 5500);
  expect_constant(taken(timeline), 0, 500, 0.2F);
}

TEST(AudioTimeline, FillsAGapOfHoursWithoutStoringIt) {
  constexpr std::int64_t kTenHours = std::int64_t{36'000} * kRate;
  AudioTimeline timeline(kRate, 1, 0);
  ASSERT_TRUE(timeline.add(*sound(1000, 0.5F), 0));
  ASSERT_TRUE(timeline.add(*sound(1000, 0.25F), kTenHours));
  ASSERT_TRUE(timeline.add(*sound(1000, 0.75F), 2 * kTenHours));
  EXPECT_EQ(timeline.end(), 2 * kTenHours + 1000);
  const FramePtr frame = sound(100'000, -1);
  const auto* samples = reinterpret_cast<const float*>(frame->data[0]);
  timeline.take(*frame, 100'000);
  EXPECT_NEAR(samples[999], 0.5F, 1e-5);
  EXPECT_EQ(samples[1000], 0.0F);
  EXPECT_EQ(samples[99'999], 0.0F);
  while (timeline.front() + 100'000 <= kTenHours) timeline.take(*frame, 100'000);
  timeline.take(*frame, 100'000);
  EXPECT_NEAR(samples[0], 0.25F, 1e-5);
  EXPECT_NEAR(samples[999], 0.25F, 1e-5);
  EXPECT_EQ(samples[1000], 0.0F);
  EXPECT_EQ(timeline.front(), kTenHours + 100'000);
  EXPECT_EQ(timeline.end(), 2 * kTenHours + 1000);
}

TEST(AudioTimeline, LeavesOutAFrameOfNoRateOrLayout) {
  AudioTimeline timeline(kRate, 1, 0);
  EXPECT_EQ(timeline.add(*sound(1000, 0.5F), 0), true);
  const FramePtr odd = sound(1000, 0.5F);
  odd->ch_layout.order = AV_CHANNEL_ORDER_UNSPEC;
  odd->ch_layout.nb_channels = 200;
  EXPECT_EQ(timeline.add(*odd, 1000), false);
  EXPECT_EQ(timeline.add(*sound(1000, 0.5F, 0), 1000), false);
  EXPECT_EQ(timeline.add(*sound(1000, 0.25F), 1000), true);
  const auto samples = taken(timeline);
  ASSERT_EQ(samples.size(), 2000U);
  expect_constant(samples, 0, 1000, 0.5F);
  expect_constant(samples, 1000, 2000, 0.25F);
}

TEST(AudioTimeline, FillsAGapWithSilence) {
  AudioTimeline timeline(kRate, 1, 0);
  ASSERT_TRUE(timeline.add(*sound(1000, 0.5F), 0));
  ASSERT_TRUE(timeline.add(*sound(1000, 0.5F), 10'000));
  const auto samples = taken(timeline);
  ASSERT_EQ(samples.size(), 11'000U);
  expect_constant(samples, 0, 1000, 0.5F);
  expect_constant(samples, 1000, 10'000, 0);
  expect_constant(samples, 10'000, 11'000, 0.5F);
}

TEST(AudioTimeline, CutsAnOverlap) {
  AudioTimeline timeline(kRate, 1, 0);
  ASSERT_TRUE(timeline.add(*sound(10'000, 0.5F), 0));
  ASSERT_TRUE(timeline.add(*sound(10'000, 0.25F), 6000));  // 4,000 samples are there already
  ASSERT_TRUE(timeline.add(*sound(2000, 0.75F), 3000));    // wholly behind
  const auto samples = taken(timeline);
  ASSERT_EQ(samples.size(), 16'000U);
  expect_constant(samples, 0, 10'000, 0.5F);
  expect_constant(samples, 10'000, 16'000, 0.25F);
}

TEST(AudioTimeline, DoesNotFollowTimesThatJitter) {
  AudioTimeline timeline(kRate, 1, 0);
  for (int i = 0; i < 500; ++i) {
    const int jitter = i == 0 ? 0 : (i * 7919 % 1000) - 500;  // about 10 ms each way
    ASSERT_TRUE(timeline.add(*sound(1000, 0.5F), i * 1000 + jitter));
  }
  EXPECT_EQ(timeline.end(), 500'000);
}

TEST(AudioTimeline, FollowsASlowClockByStretching) {
  AudioTimeline timeline(kRate, 1, 0);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(timeline.add(*sound(1000, 0.5F), std::int64_t{i} * 1003));
  }
  ASSERT_TRUE(timeline.finish());
  EXPECT_NEAR(static_cast<double>(timeline.end()), 1'003'000, 800);
  const auto samples = taken(timeline);
  for (std::size_t i = 100; i + 100 < samples.size(); ++i) ASSERT_GT(samples[i], 0.4F) << i;
}

TEST(AudioTimeline, ResamplesWithoutShiftingOrLosingTime) {
  AudioTimeline timeline(kRate, 1, 0);
  for (int i = 0; i < 100; ++i) {
    const float value = i >= 50 ? 0.5F : 0.0F;
    ASSERT_TRUE(timeline.add(*sound(320, value, 32'000), std::int64_t{i} * 480));
  }
  ASSERT_TRUE(timeline.finish());
  EXPECT_NEAR(static_cast<double>(timeline.end()), 48'000, 2);
  const auto samples = taken(timeline);
  EXPECT_NEAR(samples[24'000 - 40], 0, 0.05);
  EXPECT_NEAR(samples[24'000 + 40], 0.5, 0.05);
}

TEST(AudioTimeline, GoesOnWhenTheSourcesRateChanges) {
  AudioTimeline timeline(kRate, 1, 0);
  ASSERT_TRUE(timeline.add(*sound(1024, 0.5F), 0));
  ASSERT_TRUE(timeline.add(*sound(1024, 0.5F, 24'000), 1024));
  ASSERT_TRUE(timeline.finish());
  EXPECT_NEAR(static_cast<double>(timeline.end()), 1024 * 3, 2);
}

TEST(AudioTimeline, PadsWhatIsTakenBeyondTheEndWithSilence) {
  AudioTimeline timeline(kRate, 1, 0);
  ASSERT_TRUE(timeline.add(*sound(100, 0.5F), 0));
  const FramePtr frame = sound(1024, -1);
  timeline.take(*frame, 1024);
  const auto* samples = reinterpret_cast<const float*>(frame->data[0]);
  EXPECT_EQ(samples[99], 0.5F);
  EXPECT_EQ(samples[100], 0);
  EXPECT_EQ(samples[1023], 0);
}

}  // namespace
}  // namespace vodmill::av
