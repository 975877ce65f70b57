#include "mill/sound.h"

#include <algorithm>

#include "av/audio_encoder.h"
#include "av/audio_timeline.h"
#include "av/decoder.h"
#include "av/input.h"
#include "av/peak_limiter.h"
#include "av/segment_muxer.h"
#include "core/segment.h"

namespace vodmill::mill {
namespace {

using av::kAacFrameSamples;

// AAC frames encoded before a restarted front and dropped: the encoder's state is then as if it had
// never stopped.
constexpr std::int64_t kPrimingFrames = 8;
// How far before the wanted time to seek: codecs that overlap frames, containers that seek late.
constexpr double kSeekBackSeconds = 1.0;

class SoundEncoder {
 public:
  SoundEncoder(const plan::TaskSpec& spec, Output& output)
      : plan_(*spec.plan),
        audio_(spec.plan->sounds[static_cast<std::size_t>(spec.sound)]),
        output_(output),
        segment_(spec.resume.front()),
        next_frame_(
            std::max<std::int64_t>(0, boundary(segment_) - (segment_ > 0 ? kPrimingFrames : 0))),
        timeline_(audio_.sample_rate, audio_.channels, next_frame_ * kAacFrameSamples) {}

  Result<json::object> run(av::ByteSource& source);

 private:
  std::int64_t boundary(int segment) const {
    return audio_.boundaries[static_cast<std::size_t>(segment)];
  }
  int segments() const { return static_cast<int>(audio_.boundaries.size()) - 1; }
  // One AAC frame beyond the end, for the encoder is that far behind, and one for the limiter.
  std::int64_t frames_to_take() const { return audio_.boundaries.back() + 2; }
  std::int64_t end() const { return audio_.boundaries.back() * kAacFrameSamples; }
  Result<> decode(av::Input& input, av::Decoder& decoder);
  Result<> send(av::Decoder& decoder, const AVPacket* packet);
  Result<> take_frames(av::Decoder& decoder);
  void note_failures(const av::Decoder& decoder);
  void note_late_start(std::int64_t position);
  std::int64_t position_of(std::int64_t pts) const;
  Result<> encode_until(std::int64_t frame);
  Result<> drain();
  Result<> close_segment();

  const Plan& plan_;
  const AudioRendition& audio_;
  Output& output_;
  int segment_;              // the one being written
  std::int64_t next_frame_;  // the AAC frame to take next; the one before it is to be encoded next
  av::AudioTimeline timeline_;
  av::PeakLimiter limiter_;
  Rational time_base_{1, 1};
  std::optional<av::AudioEncoder> encoder_;
  std::optional<av::SegmentMuxer> muxer_;
  bool segment_has_packets_ = false;
  std::int64_t next_pts_ = AV_NOPTS_VALUE;
  std::int64_t decoded_ = 0;
  std::int64_t encoded_ = 0;
  std::int64_t failures_ = 0;                 // packets not decoded, so far
  std::optional<std::int64_t> first_packet_;  // position
  std::optional<std::int64_t> damaged_from_;  // position
};

// In samples of the output after T0, whatever the time bases of sound and picture are.
std::int64_t SoundEncoder::position_of(std::int64_t pts) const {
  const auto seconds = static_cast<long double>(pts) * static_cast<long double>(time_base_.num) /
                           static_cast<long double>(time_base_.den) -
                       static_cast<long double>(plan_.first_pts) *
                           static_cast<long double>(plan_.source_time_base.num) /
                           static_cast<long double>(plan_.source_time_base.den);
  return std::llroundl(seconds * audio_.sample_rate);
}

// Decoders need a packet or two to find their feet at the front and after a seek; what fails later,
// or for longer, is damage.
void SoundEncoder::note_failures(const av::Decoder& decoder) {
  if (decoder.undecodable_packets() == failures_) return;
  failures_ = decoder.undecodable_packets();
  if (decoded_ == 0 || damaged_from_ || next_pts_ == AV_NOPTS_VALUE) return;
  damaged_from_ = position_of(next_pts_);
}

void SoundEncoder::note_late_start(std::int64_t position) {
  const std::int64_t first = first_packet_.value_or(position);
  if (failures_ > 0 && position - first > audio_.sample_rate / 2) damaged_from_ = first;
}

Result<> SoundEncoder::send(av::Decoder& decoder, const AVPacket* packet) {
  if (packet && !first_packet_ && packet->pts != AV_NOPTS_VALUE) {
    first_packet_ = position_of(packet->pts);
  }
  TRY_VOID(decoder.send(packet));
  note_failures(decoder);
  return {};
}

Result<> SoundEncoder::take_frames(av::Decoder& decoder) {
  for (av::FramePtr frame = av::make_frame(); TRY(decoder.receive(*frame));) {
    const std::int64_t pts =
        frame->best_effort_timestamp != AV_NOPTS_VALUE ? frame->best_effort_timestamp : next_pts_;
    if (pts != AV_NOPTS_VALUE && frame->sample_rate > 0) {
      if (decoded_ == 0) note_late_start(position_of(pts));
      const bool is_sound = TRY(timeline_.add(*frame, position_of(pts)));
      if (!is_sound && !damaged_from_) damaged_from_ = position_of(pts);
      next_pts_ =
          pts + av_rescale_q(frame->nb_samples, {1, frame->sample_rate}, av::to_av(time_base_));
      ++decoded_;
    }
    av_frame_unref(frame.get());
    TRY_VOID(encode_until(timeline_.end() / kAacFrameSamples));
  }
  note_failures(decoder);
  return {};
}

Result<> SoundEncoder::decode(av::Input& input, av::Decoder& decoder) {
  const av::PacketPtr packet = av::make_packet();
  while (next_frame_ < frames_to_take()) {
    const av::ReadOutcome outcome = TRY(input.read(*packet));
    const bool ended = outcome == av::ReadOutcome::end;
    if (ended) {
      TRY_VOID(send(decoder, nullptr));
    } else if (packet->stream_index == audio_.source_stream) {
      TRY_VOID(send(decoder, packet.get()));
    }
    av_packet_unref(packet.get());
    TRY_VOID(take_frames(decoder));
    if (ended) return timeline_.finish();
  }
  return {};
}

// Takes whole AAC frames up to `frame`, silence where there is no sound, and encodes all but the
// last of them.
Result<> SoundEncoder::encode_until(std::int64_t frame) {
  for (; next_frame_ < std::min(frame, frames_to_take()); ++next_frame_) {
    AVFrame* samples = TRY(encoder_->next_frame());
    timeline_.take(*samples, kAacFrameSamples);
    if (!limiter_.pass(*samples, timeline_.is_mix())) continue;
    TRY_VOID(encoder_->send((next_frame_ - 1) * kAacFrameSamples));
    ++encoded_;
    TRY_VOID(drain());
  }
  return {};
}

Result<> SoundEncoder::drain() {
  const av::PacketPtr packet = av::make_packet();
  while (TRY(encoder_->receive(*packet))) {
    const std::int64_t n = packet->pts / kAacFrameSamples;
    const bool is_priming = packet->pts < 0 || n < boundary(segment_);
    if (segment_ == segments() || is_priming) {
      av_packet_unref(packet.get());
      continue;
    }
    segment_has_packets_ = true;
    TRY_VOID(muxer_->write(*packet));
    if (n + 1 == boundary(segment_ + 1)) TRY_VOID(close_segment());
  }
  return {};
}

Result<> SoundEncoder::close_segment() {
  const bool is_first = muxer_->init_segment().empty();
  const Bytes bytes = TRY(muxer_->close_segment());
  if (is_first) TRY_VOID(output_.segment(audio_.name, kInitSegment, muxer_->init_segment(), {}));
  TRY_VOID(output_.segment(audio_.name, segment_, bytes, {}));
  ++segment_;
  segment_has_packets_ = false;
  return output_.progress(boundary(segment_), encoded_);
}

Result<json::object> SoundEncoder::run(av::ByteSource& source) {
  json::object counts{{"decoded", 0}, {"encoded", 0}, {"undecodable", 0}};
  if (segment_ >= segments()) return counts;
  encoder_.emplace(TRY(av::AudioEncoder::open(audio_)));
  muxer_.emplace(
      TRY(av::SegmentMuxer::open(encoder_->context(), Rational{1, audio_.sample_rate}, segment_)));
  av::Input input = TRY(av::Input::open(source));
  const auto index = static_cast<std::size_t>(audio_.source_stream);
  if (index >= input.streams().size()) {
    return fail(ErrorCode::malformed_input, "The audio stream is gone: the file changed.");
  }
  const AVStream& stream = *input.streams()[index];
  time_base_ = av::from_av(stream.time_base);
  input.select({audio_.source_stream});
  av::Decoder decoder = TRY(av::Decoder::open(stream));
  if (next_frame_ > 0) {
    const double start = static_cast<double>(next_frame_ * kAacFrameSamples) / audio_.sample_rate +
                         static_cast<double>(plan_.first_pts) * plan_.source_time_base.value();
    const auto pts = static_cast<std::int64_t>((start - kSeekBackSeconds) / time_base_.value());
    TRY_VOID(input.seek(audio_.source_stream, pts));
  }
  TRY_VOID(decode(input, decoder));
  TRY_VOID(encode_until(frames_to_take()));
  TRY_VOID(encoder_->finish());
  TRY_VOID(drain());
  if (segment_ != segments()) {
    return fail(ErrorCode::verification_failed, "the sound ended before its last segment");
  }
  counts["decoded"] = decoded_;
  counts["encoded"] = encoded_;
  counts["undecodable"] = decoder.undecodable_packets();
  if (decoded_ == 0 && first_packet_) damaged_from_ = first_packet_;
  if (damaged_from_ && *damaged_from_ < end()) {
    counts["damaged_at"] =
        static_cast<double>(std::max<std::int64_t>(*damaged_from_, 0)) / audio_.sample_rate;
  }
  return counts;
}

}  // namespace

Result<json::object> encode_sound(av::ByteSource& source, const plan::TaskSpec& spec,
                                  Output& output) {
  return SoundEncoder(spec, output).run(source);
}

}  // namespace vodmill::mill
