#include "av/peak_limiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>

namespace vodmill::av {
namespace {

constexpr int kBlock = 1024;

FramePtr block(const std::vector<float>& samples, int channels = 1) {
  FramePtr frame = make_frame();
  frame->format = AV_SAMPLE_FMT_FLTP;
  frame->sample_rate = 48'000;
  frame->nb_samples = kBlock;
  av_channel_layout_default(&frame->ch_layout, channels);
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  for (int c = 0; c < channels; ++c) {
    std::ranges::copy(samples, reinterpret_cast<float*>(frame->data[c]));
  }
  return frame;
}

std::vector<float> samples_of(const AVFrame& frame, int channel = 0) {
  const auto* samples = reinterpret_cast<const float*>(frame.data[channel]);
  return {samples, samples + kBlock};
}

std::vector<float> constant(float value) { return std::vector<float>(kBlock, value); }

// What comes out of blocks; one of silence behind them brings out the last.
std::vector<float> limited(const std::vector<std::vector<float>>& blocks, bool is_mix = true) {
  PeakLimiter limiter;
  std::vector<float> out;
  const auto pass = [&](const std::vector<float>& samples) {
    const FramePtr frame = block(samples);
    if (!limiter.pass(*frame, is_mix)) return;
    const std::vector<float> passed = samples_of(*frame);
    out.insert(out.end(), passed.begin(), passed.end());
  };
  for (const std::vector<float>& samples : blocks) pass(samples);
  pass(constant(0));
  return out;
}

TEST(PeakLimiter, GivesEachBlockWithTheNext) {
  PeakLimiter limiter;
  FramePtr frame = block(constant(0.25F), 2);
  EXPECT_FALSE(limiter.pass(*frame, true));
  frame = block(constant(0.5F), 2);
  EXPECT_TRUE(limiter.pass(*frame, true));
  EXPECT_EQ(samples_of(*frame, 0), constant(0.25F));
  EXPECT_EQ(samples_of(*frame, 1), constant(0.25F));
}

TEST(PeakLimiter, LeavesAloneWhatIsNotTooLoudOrNoMix) {
  EXPECT_EQ(limited({constant(0.8F)}), constant(0.8F));
  EXPECT_EQ(limited({constant(1.2F)}, false), constant(1.2F));
}

TEST(PeakLimiter, TurnsDownALoudBlockAndItsNeighboursInStraightLines) {
  const std::vector<float> out =
      limited({constant(0.5F), constant(0.5F), constant(1.78F), constant(0.5F), constant(0.5F)});
  ASSERT_EQ(out.size(), 5U * kBlock);
  EXPECT_EQ(out[kBlock - 1], 0.5F);
  EXPECT_NEAR(out[2 * kBlock - 1], 0.25F, 0.001F);
  for (std::size_t i = 2 * kBlock; i < 3 * kBlock; ++i) ASSERT_NEAR(out[i], 0.89F, 1e-5F) << i;
  EXPECT_NEAR(out[3 * kBlock], 0.25F, 1e-5F);
  EXPECT_EQ(out[4 * kBlock], 0.5F);
  for (std::size_t i = kBlock + 1; i < 2 * kBlock; ++i) ASSERT_LE(out[i], out[i - 1]) << i;
}

TEST(PeakLimiter, LetsNothingAboveTheCeilingAndHasNoMemoryBeyondABlock) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> loudness(0, 3);
  std::uniform_real_distribution<float> noise(-1, 1);
  std::vector<std::vector<float>> blocks(50);
  for (std::vector<float>& samples : blocks) {
    const float most = loudness(random);
    for (int i = 0; i < kBlock; ++i) samples.push_back(most * noise(random));
  }
  const std::vector<float> out = limited(blocks);
  for (const float sample : out) ASSERT_LE(std::abs(sample), PeakLimiter::kCeiling * 1.0001F);
  const std::vector<float> later = limited({blocks.begin() + 20, blocks.end()});
  const std::span tail(out.begin() + std::ptrdiff_t{21} * kBlock, out.end());
  EXPECT_TRUE(std::ranges::equal(tail, std::span(later.begin() + kBlock, later.end())));
}

}  // namespace
}  // namespace vodmill::av
