#include "mill/frame_reader.h"

#include <utility>

namespace vodmill::mill {
namespace {

// Frames that a deinterlacer wants to have seen before the first one that counts.
constexpr std::int64_t kFilterPreroll = 3;
// How far before the wanted frame to look for a random access point, one after the other.
constexpr std::array kSecondsBefore{0.0, 2.0, 4.0, 8.0, 16.0};

}  // namespace

FrameReader::FrameReader(av::ByteSource& source, const Plan& plan, std::int64_t first,
                         std::int64_t end)
    : source_(&source),
      plan_(&plan),
      grid_{plan.source_time_base, plan.first_pts, plan.fps},
      first_(first),
      end_(end),
      shown_to_(first) {}

Result<FrameReader> FrameReader::open(av::ByteSource& source, const Plan& plan, std::int64_t first,
                                      std::int64_t end) {
  FrameReader reader(source, plan, first, end);
  TRY_VOID(reader.position());
  return reader;
}

Result<> FrameReader::open_at_front() {
  decoder_.reset();
  input_.reset();
  input_.emplace(TRY(av::Input::open(*source_)));
  const auto index = static_cast<std::size_t>(plan_->source_stream);
  if (index >= input_->streams().size()) {
    return fail(ErrorCode::malformed_input, "The video stream is gone: the file changed.");
  }
  input_->select({plan_->source_stream});
  const AVStream& stream = *input_->streams()[index];
  decoder_.emplace(TRY(av::Decoder::open(stream)));
  delay_ = input_->decoding_delay(stream);
  usable_from_.reset();
  damaged_from_.reset();
  drained_ = false;
  last_pts_ = AV_NOPTS_VALUE;
  return {};
}

Result<> FrameReader::position() {
  TRY_VOID(open_at_front());
  const std::int64_t wanted =
      std::max<std::int64_t>(0, first_ - (plan_->deinterlace ? kFilterPreroll : 0));
  if (wanted == 0) return {};
  for (const double seconds : kSecondsBefore) {
    if (TRY(try_seek(seconds))) return {};
  }
  // Containers that seek badly are read from the front.
  return open_at_front();
}

// True if the first usable frame after the seek is at or before the wanted one; it is held then.
Result<bool> FrameReader::try_seek(double seconds_before) {
  const double ticks = seconds_before / plan_->source_time_base.value();
  const std::int64_t pts = grid_.pts_of(first_) - static_cast<std::int64_t>(ticks);
  if (pts <= plan_->first_pts) return false;
  const Result<> sought = input_->seek(plan_->source_stream, pts);
  if (!sought) {
    TRY_VOID(open_at_front());
    return false;
  }
  decoder_->flush();
  damaged_from_.reset();
  drained_ = false;
  last_pts_ = AV_NOPTS_VALUE;
  usable_from_ = INT64_MAX;  // until a random access point has been read
  held_ = TRY(decode());
  if (!held_) {
    TRY_VOID(open_at_front());
    return false;
  }
  const std::int64_t latest = first_ - (plan_->deinterlace ? kFilterPreroll : 0);
  if (position_of(*held_) <= latest) return true;
  held_.reset();
  return false;
}

bool FrameReader::is_usable(std::int64_t pts) const {
  return pts != AV_NOPTS_VALUE && (!usable_from_ || pts >= *usable_from_);
}

// What is damaged before the range or after it, the neighbours' readers see.
void FrameReader::note_damage(std::int64_t pts) {
  if (!is_usable(pts)) return;
  const std::int64_t position = grid_.position(pts);
  if (position < first_ || position >= end_) return;
  damaged_from_ = std::min(damaged_from_.value_or(position), position);
}

Result<> FrameReader::send(const AVPacket* packet) {
  const std::int64_t before = decoder_->undecodable_packets();
  TRY_VOID(decoder_->send(packet));
  if (decoder_->undecodable_packets() == before) return {};
  const bool is_first = last_pts_ == AV_NOPTS_VALUE;
  note_damage(is_first && packet ? packet->pts : last_pts_);
  return {};
}

std::int64_t FrameReader::time_of(const AVFrame& frame) const {
  if (frame.best_effort_timestamp != AV_NOPTS_VALUE) return frame.best_effort_timestamp - delay_;
  if (last_pts_ == AV_NOPTS_VALUE) return AV_NOPTS_VALUE;
  return last_pts_ + std::max<std::int64_t>(frame.pkt_duration, 1);
}

// The next frame that can be used; null at the end.
Result<av::FramePtr> FrameReader::decode() {
  av::FramePtr frame = av::make_frame();
  for (;;) {
    const std::int64_t damaged_before = decoder_->undecodable_packets();
    const bool received = TRY(decoder_->receive(*frame));
    if (decoder_->undecodable_packets() != damaged_before) note_damage(last_pts_);
    if (received) {
      const std::int64_t pts = time_of(*frame);
      if (is_usable(pts)) {
        if (av::is_damaged(*frame)) note_damage(pts);
        frame->pts = pts;
        last_pts_ = pts;
        ++decoded_;
        return frame;
      }
      av_frame_unref(frame.get());
      continue;
    }
    if (drained_) return av::FramePtr{};
    const av::ReadOutcome outcome = TRY(input_->read(*packet_));
    if (outcome == av::ReadOutcome::end) {
      drained_ = true;
      TRY_VOID(send(nullptr));
      continue;
    }
    if (packet_->stream_index == plan_->source_stream) {
      const bool is_key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
      const std::int64_t pts = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
      if (usable_from_ == INT64_MAX && is_key && pts != AV_NOPTS_VALUE) usable_from_ = pts;
      if (usable_from_ != INT64_MAX) TRY_VOID(send(packet_.get()));
    }
    av_packet_unref(packet_.get());
  }
}

std::int64_t FrameReader::position_of(const AVFrame& frame) const {
  return grid_.position(frame.pts);
}

Result<std::optional<ShownFrame>> FrameReader::next() {
  while (shown_to_ < end_) {
    av::FramePtr following = TRY(decode());
    if (!following) {
      if (!held_) {
        return fail(ErrorCode::malformed_input,
                    "No frame of this part of the video can be decoded.");
      }
      // The source ends: its last frame is shown to the end.
      ShownFrame last{std::move(held_), shown_to_, end_};
      shown_to_ = end_;
      return last;
    }
    const std::int64_t position = position_of(*following);
    av::FramePtr before = std::exchange(held_, std::move(following));
    if (!before) continue;
    const std::int64_t to = std::clamp(position, shown_to_, end_);
    const bool filter_wants_it = plan_->deinterlace && position + kFilterPreroll >= first_;
    if (to == shown_to_ && !filter_wants_it) continue;
    return ShownFrame{std::move(before), std::exchange(shown_to_, to), to};
  }
  return std::nullopt;
}

}  // namespace vodmill::mill
