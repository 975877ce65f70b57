#include "av/packet_times.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vodmill::av {
namespace {

PacketPtr moved(AVPacket& packet) {
  PacketPtr own = make_packet();
  av_packet_move_ref(own.get(), &packet);
  return own;
}

// What is true of a stream is known long before so many packets of it; a hostile one does not end.
constexpr std::size_t kMostWaiting = 64;

// Pictures that H.264 and HEVC let be shown after one that is decoded later.
constexpr std::ptrdiff_t kMostReordered = 16;

// Numbered as they are decoded, at a constant rate: the numbers of a sequence belong to its
// pictures in the order of their picture order counts.
class TimesByOrder final : public PacketTimes {
 public:
  explicit TimesByOrder(const AVStream& stream) : stream_(stream) { open_parser(); }

  void add(AVPacket& packet) override;
  void finish() override {
    while (!waiting_.empty()) settle_first();
  }
  void restart() override {
    ready_.clear();
    waiting_.clear();
    numbers_.clear();
    open_parser();
  }

 private:
  struct Waiting {
    PacketPtr packet;
    int order;
  };

  void open_parser();
  int order_of(const AVPacket& packet);
  std::ptrdiff_t later_than_first() const;
  void settle_first();

  const AVStream& stream_;
  CodecContextPtr context_;
  std::unique_ptr<AVCodecParserContext, decltype(&av_parser_close)> parser_{nullptr,
                                                                            av_parser_close};
  std::deque<Waiting> waiting_;        // of one sequence, in the order of decoding
  std::vector<std::int64_t> numbers_;  // of those waiting, ascending
  std::optional<int> highest_;         // of the sequence so far
};

void TimesByOrder::open_parser() {
  highest_.reset();
  parser_.reset(av_parser_init(stream_.codecpar->codec_id));
  context_.reset(avcodec_alloc_context3(nullptr));
  if (!parser_ || !context_) return;
  parser_->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  if (avcodec_parameters_to_context(context_.get(), stream_.codecpar) < 0) parser_.reset();
}

int TimesByOrder::order_of(const AVPacket& packet) {
  if (!parser_) return 0;
  std::uint8_t* unused = nullptr;
  int bytes = 0;
  av_parser_parse2(parser_.get(), context_.get(), &unused, &bytes, packet.data, packet.size,
                   AV_NOPTS_VALUE, AV_NOPTS_VALUE, -1);
  return parser_->output_picture_number;
}

void TimesByOrder::add(AVPacket& packet) {
  if (packet.pts != AV_NOPTS_VALUE || packet.dts == AV_NOPTS_VALUE) {
    finish();
    ready_.push_back(moved(packet));
    return;
  }
  const int order = order_of(packet);
  // Counts begin anew at an IDR picture; at other key pictures they go on.
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  if (is_key && highest_ && order <= *highest_) {
    finish();
    highest_.reset();
  }
  highest_ = std::max(highest_.value_or(order), order);
  numbers_.insert(std::ranges::upper_bound(numbers_, packet.dts), packet.dts);
  waiting_.push_back({moved(packet), order});
  while (later_than_first() > kMostReordered || waiting_.size() > kMostWaiting) settle_first();
}

// So many pictures are decoded that are shown no earlier than the first that waits.
std::ptrdiff_t TimesByOrder::later_than_first() const {
  return std::ranges::count_if(
      waiting_, [&](const Waiting& other) { return other.order >= waiting_.front().order; });
}

void TimesByOrder::settle_first() {
  const auto earlier = std::ranges::count_if(
      waiting_, [&](const Waiting& other) { return other.order < waiting_.front().order; });
  const auto number = numbers_.begin() + earlier;
  waiting_.front().packet->pts = *number;
  numbers_.erase(number);
  ready_.push_back(std::move(waiting_.front().packet));
  waiting_.pop_front();
}

// MPEG-1 and MPEG-2 (ISO 13818-2, 6.2.3): 0 where no picture begins in the packet.
constexpr int kPictureB = 3;
int picture_type_of(const AVPacket& packet) {
  const std::span data(packet.data, static_cast<std::size_t>(packet.size));
  for (std::size_t i = 0; i + 5 < data.size(); ++i) {
    if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1 && data[i + 3] == 0) {
      return (data[i + 5] >> 3) & 7;
    }
  }
  return 0;
}

// A clock that goes on by each picture's duration and is put right by the times that are stored,
// unless a single one of them contradicts it: that is another picture's. A picture that others are
// predicted from is shown when the next of its kind is decoded, all others when they are decoded.
class TimesByClock final : public PacketTimes {
 public:
  void add(AVPacket& packet) override;
  void finish() override { settle(clock_); }
  void restart() override;

 private:
  static constexpr int kEnough = 2;  // times in a row that agree

  void observe(std::int64_t time);
  void wait(AVPacket& packet);
  void settle(std::optional<std::int64_t> next_reference);

  std::deque<PacketPtr> waiting_;       // a reference, if any, and the others up to the next one
  bool begins_with_reference_ = false;  // waiting_
  std::optional<std::int64_t> clock_;   // when the next picture is decoded
  std::int64_t duration_ = 0;
  std::optional<std::int64_t> told_;  // when the next reference is decoded, says this one's time
  std::optional<std::int64_t> off_;   // the last stored time's distance, if it contradicted
  int agreed_ = 0;
  bool is_sought_ = false;  // nothing before it vouches for its first times
};

void TimesByClock::restart() {
  ready_.clear();
  waiting_.clear();
  begins_with_reference_ = false;
  clock_.reset();
  told_.reset();
  off_.reset();
  agreed_ = 0;
  is_sought_ = true;
}

void TimesByClock::observe(std::int64_t time) {
  const std::int64_t off = time - *clock_;
  const std::int64_t near = duration_ * 3 / 4;  // pictures may last half a frame longer
  const bool agrees = std::abs(off) <= near;
  const bool repeats = off_ && std::abs(off - *off_) <= near;
  if (!agrees && !repeats) {
    off_ = off;
    agreed_ = 0;
    return;
  }
  agreed_ = agrees ? agreed_ + 1 : kEnough;
  off_.reset();
  clock_ = time;
}

void TimesByClock::add(AVPacket& packet) {
  const int type = picture_type_of(packet);
  if (type == 0) {
    packet.pts = packet.dts = AV_NOPTS_VALUE;  // the rest of one whose beginning was not read
    wait(packet);
    return;
  }
  const bool is_reference = type != kPictureB;
  const bool is_stored = packet.pos >= 0 && packet.pts != AV_NOPTS_VALUE;
  if (packet.duration > 0) duration_ = packet.duration;
  if (!clock_ && is_stored && packet.dts != AV_NOPTS_VALUE) clock_ = packet.dts;
  if (is_reference) {
    if (clock_ && told_) observe(*told_);
    told_.reset();
    if (is_stored) told_ = packet.pts;
    settle(clock_);
  } else if (clock_ && is_stored) {
    observe(packet.pts);
  }
  const bool is_known = clock_ && (!is_sought_ || agreed_ >= kEnough);
  if (agreed_ >= kEnough) is_sought_ = false;
  packet.dts = is_known ? *clock_ : AV_NOPTS_VALUE;
  packet.pts = is_reference ? AV_NOPTS_VALUE : packet.dts;
  if (clock_) *clock_ += duration_;
  if (is_reference) begins_with_reference_ = true;
  wait(packet);
}

void TimesByClock::wait(AVPacket& packet) {
  waiting_.push_back(moved(packet));
  if (!begins_with_reference_ || waiting_.size() > kMostWaiting) settle(std::nullopt);
}

void TimesByClock::settle(std::optional<std::int64_t> next_reference) {
  if (waiting_.empty()) return;
  AVPacket& first = *waiting_.front();
  const bool is_known = begins_with_reference_ && first.dts != AV_NOPTS_VALUE;
  if (is_known && next_reference) first.pts = *next_reference;
  std::ranges::move(waiting_, std::back_inserter(ready_));
  waiting_.clear();
  begins_with_reference_ = false;
}

}  // namespace

std::unique_ptr<PacketTimes> PacketTimes::make(const AVFormatContext& context,
                                               const AVStream& stream) {
  const std::string_view container = context.iformat->name;
  const AVCodecID codec = stream.codecpar->codec_id;
  if (container == "avi" && (codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC)) {
    return std::make_unique<TimesByOrder>(stream);
  }
  const bool is_mpeg = codec == AV_CODEC_ID_MPEG1VIDEO || codec == AV_CODEC_ID_MPEG2VIDEO;
  const bool is_delayed = stream.codecpar->video_delay == 1;
  if (container == "mpeg" && is_mpeg && is_delayed) return std::make_unique<TimesByClock>();
  return nullptr;
}

bool PacketTimes::take(AVPacket& packet) {
  if (ready_.empty()) return false;
  av_packet_move_ref(&packet, ready_.front().get());
  ready_.pop_front();
  return true;
}

}  // namespace vodmill::av
