#include "mill/packet_scan.h"

#include <algorithm>

namespace vodmill::mill {

void PacketScan::add(const AVPacket& packet) {
  ++seen;
  if (av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr)) encrypted = true;
  if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) cut_short = true;
  if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) return;
  ++packets;
  const std::int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  if (time == AV_NOPTS_VALUE) return;
  keep(time, pts);
  end = std::max(end, time + std::max<std::int64_t>(packet.duration, 0));
  constexpr int kFlags = AV_PKT_FLAG_KEY | AV_PKT_FLAG_CORRUPT;
  if ((packet.flags & kFlags) == AV_PKT_FLAG_KEY) keep(time, keyframes);
}

void PacketScan::keep(std::int64_t time, std::vector<std::int64_t>& times) const {
  if (times.size() < most_times) {
    times.push_back(time);
  } else {
    times.back() = std::max(times.back(), time);
  }
}

void PacketScan::sort() {
  for (std::vector<std::int64_t>* times : {&pts, &keyframes}) {
    std::ranges::sort(*times);
    const auto repeated = std::ranges::unique(*times);
    times->erase(repeated.begin(), repeated.end());
  }
}

std::int64_t PacketScan::usual_step() const {
  std::vector<std::int64_t> steps;
  steps.reserve(pts.size());
  for (std::size_t i = 1; i < pts.size(); ++i) steps.push_back(pts[i] - pts[i - 1]);
  const auto middle = steps.begin() + std::ssize(steps) / 2;
  std::ranges::nth_element(steps, middle);
  return *middle;
}

std::int64_t PacketScan::end_with_last_step() const {
  if (pts.size() < 2) return std::max(end, pts.back() + 1);
  const std::int64_t step = usual_step();
  // Some writers give the last packet, or all of them, a duration of 0 or of one tick.
  const bool is_told = (end - pts.back()) * 2 >= step;
  return is_told ? end : pts.back() + step;
}

std::vector<PacketScan::Gap> PacketScan::gaps(std::int64_t least) const {
  std::vector<Gap> found;
  if (pts.size() < 2) return found;
  constexpr std::int64_t kStepsOfAGap = 8;
  const std::int64_t step = usual_step();
  for (std::size_t i = 1; i < pts.size(); ++i) {
    const Gap gap{pts[i - 1] + step, pts[i]};
    if (gap.to - gap.from >= std::max(least, kStepsOfAGap * step)) found.push_back(gap);
  }
  return found;
}

}  // namespace vodmill::mill
