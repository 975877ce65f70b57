#include "av/audio_timeline.h"

#include <cmath>

namespace vodmill::av {
namespace {

// Timestamps in milliseconds jitter by less than this; what is farther off is a gap or an overlap.
constexpr std::int64_t kToleranceMs = 30;
// A mean distance beyond this is drift: it is followed by stretching, within some seconds. The mean
// is of about a second, so that jitter does not make the tone waver.
constexpr std::int64_t kDriftMs = 4;
constexpr double kShareOfMean = 1.0 / 48;  // of each frame
constexpr int kSecondsToFollow = 2;
// Telephones have 8,000; a frame at one hertz would be hours of samples.
constexpr int kLeastRate = 1000;

}  // namespace

std::int64_t AudioTimeline::tolerance() const { return kToleranceMs * rate_ / 1000; }

Result<bool> AudioTimeline::set_up(const AVFrame& frame) {
  SwrContext* made = nullptr;
  AVChannelLayout output{};
  av_channel_layout_default(&output, channels_);
  AVChannelLayout input{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&input, frame.ch_layout.nb_channels);
  } else {
    const int copied = av_channel_layout_copy(&input, &frame.ch_layout);
    if (copied < 0) return fail_transcode(copied, "resampler");
  }
  const int allocated =
      swr_alloc_set_opts2(&made, &output, AV_SAMPLE_FMT_FLTP, rate_, &input,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  av_channel_layout_uninit(&input);
  ResamplerPtr resampler(made);
  const int opened = allocated < 0 ? allocated : swr_init(made);
  if (opened == AVERROR(ENOMEM)) return fail_transcode(opened, "resampler");
  if (opened < 0) return false;  // a rate or a layout that none has
  if (resampler_) TRY_VOID(convert(nullptr));
  resampler_ = std::move(resampler);
  source_rate_ = frame.sample_rate;
  source_format_ = frame.format;
  source_channels_ = frame.ch_layout.nb_channels;
  return true;
}

void AudioTimeline::append(const std::vector<std::vector<float>>& samples, std::int64_t count) {
  // What lies before the wanted start is dropped.
  const std::int64_t late = std::max<std::int64_t>(0, end() - *next_);
  const std::int64_t skip = std::min(late, count);
  for (std::size_t c = 0; c < planes_.size(); ++c) {
    planes_[c].insert(planes_[c].end(), samples[c].begin() + skip, samples[c].begin() + count);
  }
  *next_ += count;
}

void AudioTimeline::append_silence(std::int64_t samples) {
  const std::int64_t late = std::max<std::int64_t>(0, end() - *next_);
  const std::int64_t count = std::max<std::int64_t>(0, samples - late);
  if (count > 0) gaps_.push_back({.at = planes_.front().size(), .samples = count});
  silent_ += count;
  *next_ += samples;
}

Result<> AudioTimeline::convert(const AVFrame* frame) {
  const int input_samples = frame ? frame->nb_samples : 0;
  const int room = swr_get_out_samples(resampler_.get(), input_samples) + 64;
  std::vector<std::vector<float>> samples(planes_.size(),
                                          std::vector<float>(static_cast<std::size_t>(room)));
  std::array<std::uint8_t*, 2> out{};
  for (std::size_t c = 0; c < samples.size(); ++c) {
    out.at(c) = reinterpret_cast<std::uint8_t*>(samples[c].data());
  }
  auto** in = frame ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr;
  const int got = swr_convert(resampler_.get(), out.data(), room, in, input_samples);
  if (got < 0) return fail_transcode(got, "resample");
  append(samples, got);
  return {};
}

Result<bool> AudioTimeline::add(const AVFrame& frame, std::int64_t position) {
  if (frame.nb_samples == 0) return true;
  if (frame.sample_rate < kLeastRate) return false;
  const bool changed = frame.sample_rate != source_rate_ || frame.format != source_format_ ||
                       frame.ch_layout.nb_channels != source_channels_;
  if (changed) {
    const bool is_sound = TRY(set_up(frame));
    if (!is_sound) return false;
  }
  if (!next_) {
    // The first frame stands exactly where it belongs: all others are measured from it.
    next_ = std::min(position, front_);
    append_silence(position - *next_);
  }
  const std::int64_t off = position - (*next_ + swr_get_delay(resampler_.get(), rate_));
  const auto extent = static_cast<std::int64_t>(frame.nb_samples) * rate_ / frame.sample_rate;
  if (off < -tolerance() && off <= -extent) return true;  // wholly behind: an overlap
  TRY_VOID(adjust(off, position));
  TRY_VOID(convert(&frame));
  return true;
}

// Makes ready for a frame that belongs at `position`, `off` samples from where it would be put.
Result<> AudioTimeline::adjust(std::int64_t off, std::int64_t position) {
  if (off > tolerance()) {
    // A gap. What the resampler holds belongs before it.
    TRY_VOID(convert(nullptr));
    const int reopened = swr_init(resampler_.get());
    if (reopened < 0) return fail_transcode(reopened, "resampler");
    append_silence(position - *next_);
    drift_ = 0;
    return {};
  }
  if (off < -tolerance()) {
    const int dropped = swr_drop_output(resampler_.get(), static_cast<int>(-off));
    if (dropped < 0) return fail_transcode(dropped, "resample");
    drift_ = 0;
    return {};
  }
  return follow(off);
}

Result<> AudioTimeline::follow(std::int64_t off) {
  drift_ += (static_cast<double>(off) - drift_) * kShareOfMean;
  if (std::abs(drift_) <= static_cast<double>(kDriftMs * rate_) / 1000) return {};
  const int stretched = swr_set_compensation(
      resampler_.get(), static_cast<int>(std::lround(drift_)), kSecondsToFollow * rate_);
  if (stretched < 0) return fail_transcode(stretched, "resampler");
  return {};
}

Result<> AudioTimeline::finish() {
  if (!resampler_ || !next_) return {};
  return convert(nullptr);
}

// Writes what silence comes next, at most `count` samples from `from` on; how many those were.
std::int64_t AudioTimeline::take_silence(AVFrame& frame, std::int64_t from, std::int64_t count) {
  if (gaps_.empty() || gaps_.front().at != read_) return 0;
  const std::int64_t taken = std::min(count, gaps_.front().samples);
  for (std::size_t c = 0; c < planes_.size(); ++c) {
    std::fill_n(reinterpret_cast<float*>(frame.data[c]) + from, taken, 0.0F);
  }
  gaps_.front().samples -= taken;
  silent_ -= taken;
  if (gaps_.front().samples == 0) gaps_.pop_front();
  return taken;
}

// The same for the sound up to the next gap.
std::int64_t AudioTimeline::take_sound(AVFrame& frame, std::int64_t from, std::int64_t count) {
  const std::size_t stop = gaps_.empty() ? planes_.front().size() : gaps_.front().at;
  const std::int64_t taken = std::min(count, static_cast<std::int64_t>(stop - read_));
  for (std::size_t c = 0; c < planes_.size(); ++c) {
    const auto begin = planes_[c].begin() + static_cast<std::ptrdiff_t>(read_);
    std::copy_n(begin, taken, reinterpret_cast<float*>(frame.data[c]) + from);
  }
  read_ += static_cast<std::size_t>(taken);
  return taken;
}

void AudioTimeline::take(AVFrame& frame, int count) {
  std::int64_t there = 0;
  for (std::int64_t taken = 1; taken > 0 && there < count; there += taken) {
    taken = take_silence(frame, there, count - there);
    if (taken == 0) taken = take_sound(frame, there, count - there);
  }
  for (std::size_t c = 0; c < planes_.size(); ++c) {
    std::fill_n(reinterpret_cast<float*>(frame.data[c]) + there, count - there, 0.0F);
  }
  front_ += there;
  compact();
}

void AudioTimeline::compact() {
  constexpr std::size_t kCompactAt = 1 << 16;
  if (read_ < kCompactAt) return;
  for (auto& plane : planes_) {
    plane.erase(plane.begin(), plane.begin() + static_cast<std::ptrdiff_t>(read_));
  }
  for (Gap& gap : gaps_) gap.at -= read_;
  read_ = 0;
}

}  // namespace vodmill::av
