#include "mill/copy_scan.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "plan/frame_grid.h"

namespace vodmill::mill {
namespace {

// Rec. ITU-T H.264, Annex A.2.
constexpr int kBaseline = 66;
constexpr int kMain = 77;
constexpr int kHigh = 100;
constexpr int kConstrainedBaseline = 0x40;  // constraint_set1_flag
constexpr int kHighestLevel = 52;           // Apple 1.3

// Nearer to each other, cuts are of no use: segments are far longer.
constexpr double kLeastSecondsBetweenCuts = 0.5;

ByteView extradata_of(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  return {reinterpret_cast<const std::byte*>(parameters.extradata),
          static_cast<std::size_t>(std::max(parameters.extradata_size, 0))};
}

bool is_square(AVRational aspect) { return aspect.num <= 0 || aspect.num == aspect.den; }

std::string obstacle_of(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  if (parameters.codec_id != AV_CODEC_ID_H264) return "it is not H.264";
  if (parameters.format != AV_PIX_FMT_YUV420P) return "its pictures are not 8-bit 4:2:0";
  // The container's word and the stream's own may differ; players believe either.
  if (!is_square(parameters.sample_aspect_ratio) || !is_square(stream.sample_aspect_ratio)) {
    return "its pixels are not square";
  }
  return {};
}

std::string obstacle_of(const bmff::AvcConfig& config) {
  const bool is_constrained = (config.constraints & kConstrainedBaseline) != 0;
  const bool is_usual = config.profile == kMain || config.profile == kHigh ||
                        (config.profile == kBaseline && is_constrained);
  if (!is_usual) return "its H.264 profile is not one that every player has";
  if (config.level > kHighestLevel) return "its H.264 level is above 5.2";
  if (!config.frames_only) return "it may have fields";
  if (!config.is_plain) return "its parameter sets contradict each other";
  return {};
}

// What shows without the packet's bytes.
std::string obstacle_of(const AVPacket& packet) {
  if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) return "an edit list leaves pictures out";
  if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) return "a packet is damaged";
  if (packet.pts == AV_NOPTS_VALUE) return "a picture has no time";
  if (av_packet_get_side_data(&packet, AV_PKT_DATA_NEW_EXTRADATA, nullptr) ||
      av_packet_get_side_data(&packet, AV_PKT_DATA_PARAM_CHANGE, nullptr)) {
    return "its parameters change";
  }
  return {};
}

}  // namespace

CopyScan::CopyScan(const AVStream& stream) : obstacle_(obstacle_of(stream)) {
  if (!obstacle_.empty()) return;
  const auto config = bmff::parse_avcc(extradata_of(stream));
  if (!config) {
    obstacle_ = "its container has no parameter sets for the whole stream";
    return;
  }
  config_ = *config;
  obstacle_ = obstacle_of(config_);
}

CodedPicture look_at(const AVPacket& packet, int nal_length_size) {
  const ByteView bytes{reinterpret_cast<const std::byte*>(packet.data),
                       static_cast<std::size_t>(packet.size)};
  const auto units = bmff::scan_nal_units(bytes, nal_length_size);
  CodedPicture picture;
  if (!units || !units->slice) {
    picture.obstacle = "a packet is damaged";
    return picture;
  }
  picture.idr = units->idr;
  if (units->parameter_sets) {
    picture.obstacle = "parameter sets stand between its pictures";
  } else if (units->unusual) {
    picture.obstacle = "it has more than pictures";
  }
  return picture;
}

void CopyScan::refuse(std::string obstacle) {
  obstacle_ = std::move(obstacle);
  packets_ = {};
}

void CopyScan::keep(const AVPacket& packet, bool idr) {
  if (packets_.empty()) first_pts_ = last_pts_ = packet.pts;
  const std::int64_t step = packet.pts - last_pts_;
  if (!std::in_range<std::int32_t>(step)) return refuse("pictures are missing");
  last_pts_ = packet.pts;
  packets_.push_back({.step = static_cast<std::int32_t>(step),
                      .bytes = static_cast<std::uint32_t>(packet.size) & 0x7fff'ffffU,
                      .idr = idr});
}

void CopyScan::add(const AVPacket& packet) {
  CodedPicture picture;
  if (may_be_copied(packet, picture)) keep(packet, picture.idr);
}

void CopyScan::believe(const AVPacket& packet) {
  if (!obstacle_.empty()) return;
  std::string obstacle = obstacle_of(packet);
  if (!obstacle.empty()) return refuse(std::move(obstacle));
  keep(packet, (packet.flags & AV_PKT_FLAG_KEY) != 0);
}

bool CopyScan::check(const AVPacket& packet, bool is_called_idr) {
  CodedPicture picture;
  return !may_be_copied(packet, picture) || picture.idr || !is_called_idr;
}

// Looks at all of it, unless there is an obstacle already.
bool CopyScan::may_be_copied(const AVPacket& packet, CodedPicture& picture) {
  if (!obstacle_.empty()) return false;
  picture.obstacle = obstacle_of(packet);
  if (picture.obstacle.empty()) picture = look_at(packet, config_.nal_length_size);
  if (picture.obstacle.empty()) return true;
  refuse(std::move(picture.obstacle));
  return false;
}

CopyFacts CopyScan::facts(const VideoStreamInfo& info) const {
  const auto refused = [](std::string obstacle) {
    return CopyFacts{
        .obstacle = std::move(obstacle), .cuts = {}, .bytes = {}, .delay = 0, .codecs = {}};
  };
  if (!obstacle_.empty()) return refused(obstacle_);
  if (packets_.empty()) return refused("it has no pictures");
  if (info.grid_rate.num == 0) return refused("its rate is not constant");
  const plan::FrameGrid grid{info.time_base, info.first_pts, info.grid_rate};
  const auto apart = std::llround(kLeastSecondsBetweenCuts * info.grid_rate.value());
  const auto count = static_cast<std::int64_t>(packets_.size());
  CopyFacts facts = refused({});
  facts.codecs = config_.codecs();
  std::vector<bool> is_taken(packets_.size());
  std::int64_t latest = -1;  // the last frame shown of those decoded so far
  std::int64_t delay = 0;
  std::int64_t pts = first_pts_;
  for (std::int64_t k = 0; k < count; ++k) {
    const Coded& packet = packets_[static_cast<std::size_t>(k)];
    pts += packet.step;
    const std::int64_t frame = grid.position(pts);
    if (frame < 0 || frame >= count || is_taken[static_cast<std::size_t>(frame)]) {
      return refused("pictures are missing, doubled, or not at their times");
    }
    is_taken[static_cast<std::size_t>(frame)] = true;
    delay = std::max(delay, k - frame);
    // Nothing before it is shown after it, and (as an IDR picture) nothing after it before it.
    const bool can_cut = packet.idr && frame == k && latest == k - 1;
    if (can_cut && (k == 0 || frame - facts.cuts.back() >= apart)) {
      facts.cuts.push_back(frame);
      facts.bytes.push_back(0);
    }
    if (facts.cuts.empty()) return refused("it does not begin with an IDR picture");
    facts.bytes.back() += packet.bytes;
    latest = std::max(latest, frame);
  }
  if (delay > kMaxCopyDelay) return refused("its pictures are decoded too early");
  facts.delay = static_cast<int>(delay);
  return facts;
}

}  // namespace vodmill::mill
