#include "av/audio_timeline.h"

#include <cmath>

extern "C" {
#include <libavutil/opt.h>
}

namespace vodmill::av {
namespace {

// Timestamps in milliseconds jitter by less than this; what is farther off is a gap or an overlap.
constexpr std::int64_t kToleranceMs = 30;
// A mean distance beyond this is drift: it is followed by stretching, within some seconds. The mean
// is of about a second, so that jitter does not make the tone waver.
constexpr std::int64_t kDriftMs = 4;
constexpr double kShareOfMean = 1.0 / 48;  // of each frame
constexpr int kSecondsToFollow = 2;

std::unexpected<Error> broken(int averror, std::string_view doing) {
  return fail_av(averror, ErrorCode::transcode_failed, doing);
}

}  // namespace

Result<> AudioTimeline::set_up(const AVFrame& frame) {
  SwrContext* made = nullptr;
  AVChannelLayout output{};
  av_channel_layout_default(&output, channels_);
  AVChannelLayout input{};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&input, frame.ch_layout.nb_channels);
  } else {
    const int copied = av_channel_layout_copy(&input, &frame.ch_layout);
    if (copied < 0) return broken(copied, "resampler");
  }
  const int allocated =
      swr_alloc_set_opts2(&made, &output, AV_SAMPLE_FMT_FLTP, rate_, &input,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  av_channel_layout_uninit(&input);
  resampler_.reset(made);
  if (allocated < 0) return broken(allocated, "resampler");
  const int opened = swr_init(made);
  if (opened < 0) return broken(opened, "resampler");
  source_rate_ = frame.sample_rate;
  source_format_ = frame.format;
  source_channels_ = frame.ch_layout.nb_channels;
  return {};
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
  for (auto& plane : planes_) plane.resize(plane.size() + static_cast<std::size_t>(count), 0.0F);
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
  if (got < 0) return broken(got, "resample");
  append(samples, got);
  return {};
}

Result<> AudioTimeline::add(const AVFrame& frame, std::int64_t position) {
  if (frame.nb_samples == 0 || frame.sample_rate <= 0) return {};
  const bool changed = frame.sample_rate != source_rate_ || frame.format != source_format_ ||
                       frame.ch_layout.nb_channels != source_channels_;
  if (changed) {
    if (resampler_) TRY_VOID(convert(nullptr));
    TRY_VOID(set_up(frame));
  }
  if (!next_) {
    // The first frame stands exactly where it belongs: all others are measured from it.
    next_ = std::min(position, front_);
    append_silence(position - *next_);
  }
  const std::int64_t tolerance = kToleranceMs * rate_ / 1000;
  const std::int64_t off = position - (*next_ + swr_get_delay(resampler_.get(), rate_));
  if (off > tolerance) {
    // A gap. What the resampler holds belongs before it.
    TRY_VOID(convert(nullptr));
    const int reopened = swr_init(resampler_.get());
    if (reopened < 0) return broken(reopened, "resampler");
    append_silence(position - *next_);
    drift_ = 0;
  } else if (off < -tolerance) {
    const auto extent = static_cast<std::int64_t>(frame.nb_samples) * rate_ / frame.sample_rate;
    if (off <= -extent) return {};  // wholly behind: an overlap
    const int dropped = swr_drop_output(resampler_.get(), static_cast<int>(-off));
    if (dropped < 0) return broken(dropped, "resample");
    drift_ = 0;
  } else {
    TRY_VOID(follow(off));
  }
  return convert(&frame);
}

Result<> AudioTimeline::follow(std::int64_t off) {
  drift_ += (static_cast<double>(off) - drift_) * kShareOfMean;
  if (std::abs(drift_) <= static_cast<double>(kDriftMs * rate_) / 1000) return {};
  const int stretched = swr_set_compensation(
      resampler_.get(), static_cast<int>(std::lround(drift_)), kSecondsToFollow * rate_);
  if (stretched < 0) return broken(stretched, "resampler");
  return {};
}

Result<> AudioTimeline::finish() {
  if (!resampler_ || !next_) return {};
  return convert(nullptr);
}

void AudioTimeline::take(AVFrame& frame, int count) {
  const auto wanted = static_cast<std::size_t>(count);
  for (std::size_t c = 0; c < planes_.size(); ++c) {
    const std::size_t there = std::min(wanted, planes_[c].size() - read_);
    auto* out = reinterpret_cast<float*>(frame.data[c]);
    std::copy_n(planes_[c].begin() + static_cast<std::ptrdiff_t>(read_), there, out);
    std::fill_n(out + there, wanted - there, 0.0F);
  }
  const std::size_t there = std::min(wanted, planes_.front().size() - read_);
  read_ += there;
  front_ += static_cast<std::int64_t>(there);
  constexpr std::size_t kCompactAt = 1 << 16;
  if (read_ >= kCompactAt) {
    for (auto& plane : planes_)
      plane.erase(plane.begin(), plane.begin() + static_cast<std::ptrdiff_t>(read_));
    read_ = 0;
  }
}

}  // namespace vodmill::av
