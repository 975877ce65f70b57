#include "mill/copied_rung.h"

#include <algorithm>
#include <optional>

#include "av/input.h"
#include "av/segment_muxer.h"
#include "bmff/codec_config.h"
#include "core/segment.h"
#include "mill/copy_scan.h"
#include "plan/frame_grid.h"

namespace vodmill::mill {
namespace {

class Copier {
 public:
  Copier(av::ByteSource& source, const Plan& plan, int first_segment, int end_segment)
      : source_(source),
        plan_(plan),
        grid_{plan.source_time_base, plan.first_pts, plan.fps},
        segment_(first_segment),
        end_segment_(end_segment),
        next_(boundary(first_segment)) {}

  Result<> run(Output& output);

 private:
  Result<> open();
  Result<> find_first();
  Result<bool> read();
  Result<bool> read_to_first();
  Result<> examine();
  Result<> write(Output& output);

  std::int64_t boundary(int segment) const {
    return plan_.boundaries[static_cast<std::size_t>(segment)];
  }
  std::int64_t frame() const { return grid_.position(packet_->pts); }
  static std::unexpected<Error> changed() {
    return fail(ErrorCode::malformed_input,
                "The packets of the video are not where they were before: the file changed.");
  }

  av::ByteSource& source_;
  const Plan& plan_;
  const plan::FrameGrid grid_;
  int segment_;  // the one being written
  const int end_segment_;
  std::int64_t next_;  // packet in the order of decoding: GOPs are closed, so it counts frames too
  int nal_length_size_ = 4;
  std::optional<av::Input> input_;
  std::optional<av::SegmentMuxer> muxer_;
  const av::PacketPtr packet_ = av::make_packet();
};

Result<> Copier::open() {
  input_.emplace(TRY(av::Input::open(source_)));
  const auto index = static_cast<std::size_t>(plan_.source_stream);
  if (index >= input_->streams().size()) return changed();
  input_->select({plan_.source_stream});
  return {};
}

// The next packet of the picture into packet_; false at the end.
Result<bool> Copier::read() {
  for (;;) {
    av_packet_unref(packet_.get());
    if (TRY(input_->read(*packet_)) == av::ReadOutcome::end) return false;
    if (packet_->stream_index != plan_.source_stream) continue;
    if (packet_->pts == AV_NOPTS_VALUE) return changed();
    return true;
  }
}

// Reads on to the packet that the first segment begins with; false if it does not come.
Result<bool> Copier::read_to_first() {
  while (TRY(read())) {
    if (frame() == next_) return true;
  }
  return false;
}

// Containers that seek badly are read from the front.
Result<> Copier::find_first() {
  for (const double seconds : {0.0, 4.0}) {
    const auto ticks = static_cast<std::int64_t>(seconds / plan_.source_time_base.value());
    const std::int64_t pts = grid_.pts_of(next_) - ticks;
    if (pts <= plan_.first_pts) break;
    TRY_VOID(open());
    if (!input_->seek(plan_.source_stream, pts) || !TRY(read()) || frame() > next_) continue;
    if (frame() == next_ || TRY(read_to_first())) return {};
  }
  TRY_VOID(open());
  if (!TRY(read_to_first())) return changed();
  return {};
}

// Not every packet has been looked at before, and what libav calls a key packet may be a mere
// recovery point; players begin at what is marked.
Result<> Copier::examine() {
  const CodedPicture picture = look_at(*packet_, nal_length_size_);
  if (!picture.obstacle.empty()) {
    return fail(ErrorCode::malformed_input,
                "The packets of the video are not what its index says: " + picture.obstacle + ".");
  }
  if (next_ == boundary(segment_) && !picture.idr) {
    return fail(ErrorCode::malformed_input,
                "The index of the video calls a picture a random access point that is none.");
  }
  packet_->flags &= ~AV_PKT_FLAG_KEY;
  if (picture.idr) packet_->flags |= AV_PKT_FLAG_KEY;
  return {};
}

// A picture's place is its frame number; decoding is ahead of it by the plan's delay.
Result<> Copier::write(Output& output) {
  const std::int64_t shown = frame();
  if (shown < boundary(segment_) || shown >= boundary(segment_ + 1)) return changed();
  TRY_VOID(examine());
  packet_->pts = shown;
  packet_->dts = next_ - plan_.copy_delay;
  packet_->duration = 1;
  TRY_VOID(muxer_->write(*packet_));
  if (++next_ != boundary(segment_ + 1)) return {};
  const bool is_first = muxer_->init_segment().empty();
  const Bytes bytes = TRY(muxer_->close_segment());
  const std::string& name = plan_.ladder.front().name;
  if (is_first) TRY_VOID(output.segment(name, kInitSegment, muxer_->init_segment(), {}));
  TRY_VOID(output.segment(name, segment_, bytes, {}));
  ++segment_;
  return {};
}

Result<> Copier::run(Output& output) {
  TRY_VOID(find_first());
  const AVStream& stream = *input_->streams()[static_cast<std::size_t>(plan_.source_stream)];
  const AVCodecParameters& coded = *stream.codecpar;
  const auto config =
      bmff::parse_avcc({reinterpret_cast<const std::byte*>(coded.extradata),
                        static_cast<std::size_t>(std::max(coded.extradata_size, 0))});
  if (!config) return changed();
  nal_length_size_ = config->nal_length_size;
  const Rational time_base{plan_.fps.den, plan_.fps.num};
  muxer_.emplace(TRY(av::SegmentMuxer::open(coded, time_base, segment_)));
  for (;;) {
    TRY_VOID(write(output));
    if (segment_ == end_segment_) return {};
    if (!TRY(read())) return changed();
  }
}

}  // namespace

Result<> copy_segments(av::ByteSource& source, const Plan& plan, int first_segment, int end_segment,
                       Output& output) {
  if (first_segment == end_segment) return {};
  return Copier(source, plan, first_segment, end_segment).run(output);
}

}  // namespace vodmill::mill
