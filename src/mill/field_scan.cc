#include "mill/field_scan.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace vodmill::mill {
namespace {

constexpr int kMoves = 20;   // the least change of a luma sample that is movement
constexpr int kCombed = 20;  // the least by which a sample stands out from both its neighbours
constexpr double kLeastMoving = 0.002;  // of the picture
constexpr double kLeastCombed = 0.15;   // of what moves; of progressive pictures, a hundredth
constexpr double kClear = 1.1;          // how much better an order must fit than the other
constexpr int kLeastVotes = 2;
constexpr int kColumns = 320;  // that are looked at, about: enough to judge by

int step_of(const AVFrame& frame) { return std::max(1, frame.width / kColumns); }

struct Lines {
  const std::uint8_t* above;
  const std::uint8_t* here;
  const std::uint8_t* below;
};

Lines lines_of(const AVFrame& frame, int y) {
  const auto line = [&](int at) { return frame.data[0] + std::ptrdiff_t{at} * frame.linesize[0]; };
  return {line(y - 1), line(y), line(y + 1)};
}

// What three frames in a row tell of the middle one.
struct Tally {
  std::int64_t moving = 0;
  std::int64_t combed = 0;
  // How badly fields fit together that would be the nearest in time.
  std::int64_t misfit_of_top_first = 0;
  std::int64_t misfit_of_bottom_first = 0;
};

// The lines around line y are of the other field. If that field is the first one, then of what
// stands at y in the other frames, the one before is the nearest in time; if it is the second, the
// one after.
void add_line(Tally& tally, const Lines& now, const std::uint8_t* before, const std::uint8_t* after,
              int y, const AVFrame& frame) {
  std::int64_t of_before = 0;
  std::int64_t of_after = 0;
  for (int x = 0; x < frame.width; x += step_of(frame)) {
    const int here = now.here[x];
    if (std::max(std::abs(here - before[x]), std::abs(here - after[x])) < kMoves) continue;
    ++tally.moving;
    const int above = here - now.above[x];
    const int below = here - now.below[x];
    if ((above > kCombed && below > kCombed) || (above < -kCombed && below < -kCombed)) {
      ++tally.combed;
    }
    const int around = now.above[x] + now.below[x];
    of_before += std::abs(around - 2 * before[x]);
    of_after += std::abs(around - 2 * after[x]);
  }
  const bool is_top = y % 2 == 0;
  tally.misfit_of_bottom_first += is_top ? of_before : of_after;
  tally.misfit_of_top_first += is_top ? of_after : of_before;
}

Tally tally_of(const AVFrame& before, const AVFrame& now, const AVFrame& after) {
  Tally tally;
  for (int y = 1; y + 1 < now.height; ++y) {
    add_line(tally, lines_of(now, y), lines_of(before, y).here, lines_of(after, y).here, y, now);
  }
  return tally;
}

bool has_luma_bytes(const AVFrame& frame) {
  const auto* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  constexpr std::uint64_t kOthers = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL |
                                    AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL;
  return format && (format->flags & kOthers) == 0 && format->comp[0].depth == 8 &&
         format->comp[0].step == 1;
}

bool is_like(const AVFrame& frame, const AVFrame& other) {
  return frame.width == other.width && frame.height == other.height && frame.format == other.format;
}

}  // namespace

std::string find_fields(std::span<const av::FramePtr> frames) {
  int top_first = 0;
  int bottom_first = 0;
  int progressive = 0;
  for (std::size_t i = 1; i + 1 < frames.size(); ++i) {
    const AVFrame& now = *frames[i];
    if (!has_luma_bytes(now) || !is_like(now, *frames[i - 1]) || !is_like(now, *frames[i + 1])) {
      return {};
    }
    const Tally tally = tally_of(*frames[i - 1], now, *frames[i + 1]);
    const auto moving = static_cast<double>(tally.moving);
    const double seen = static_cast<double>(now.width) / step_of(now) * now.height;
    if (moving < kLeastMoving * seen) continue;
    const auto top = static_cast<double>(tally.misfit_of_top_first);
    const auto bottom = static_cast<double>(tally.misfit_of_bottom_first);
    const bool is_combed = static_cast<double>(tally.combed) > kLeastCombed * moving;
    if (is_combed && bottom > kClear * top) {
      ++top_first;
    } else if (is_combed && top > kClear * bottom) {
      ++bottom_first;
    } else {
      ++progressive;
    }
  }
  const auto wins = [&](int votes, int others) {
    return votes >= kLeastVotes && others == 0 && votes > progressive;
  };
  if (wins(top_first, bottom_first)) return "tff";
  if (wins(bottom_first, top_first)) return "bff";
  return {};
}

}  // namespace vodmill::mill
