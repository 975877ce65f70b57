#include "hls/h264_level.h"

#include <cstdint>
#include <iterator>

namespace vodmill::hls {
namespace {

// Rates are of Main profile; High allows 1.25 times as much (cpbBrVclFactor, Table A-2).
struct Level {
  int idc;
  std::int64_t macroblocks_per_second;
  std::int64_t frame_macroblocks;
  std::int64_t buffer_macroblocks;  // of all reference frames
  std::int64_t kbps;
  std::int64_t buffer_kbits;
};

constexpr Level kLevels[] = {
    {10, 1485, 99, 396, 64, 175},
    {11, 3000, 396, 900, 192, 500},
    {12, 6000, 396, 2376, 384, 1000},
    {13, 11880, 396, 2376, 768, 2000},
    {20, 11880, 396, 2376, 2000, 2000},
    {21, 19800, 792, 4752, 4000, 4000},
    {22, 20250, 1620, 8100, 4000, 4000},
    {30, 40500, 1620, 8100, 10000, 10000},
    {31, 108000, 3600, 18000, 14000, 14000},
    {32, 216000, 5120, 20480, 20000, 20000},
    {40, 245760, 8192, 32768, 20000, 25000},
    {41, 245760, 8192, 32768, 50000, 62500},
    {42, 522240, 8704, 34816, 50000, 62500},
    {50, 589824, 22080, 110400, 135000, 135000},
    {51, 983040, 36864, 184320, 240000, 240000},
    {52, 2073600, 36864, 184320, 240000, 240000},
    {60, 4177920, 139264, 696320, 240000, 240000},
    {61, 8355840, 139264, 696320, 480000, 480000},
    {62, 16711680, 139264, 696320, 800000, 800000},
};

constexpr std::int64_t kReferenceFrames = 4;

}  // namespace

int smallest_h264_level(int width, int height, Rational fps, int max_kbps, int buffer_kbits) {
  const std::int64_t columns = (width + 15) / 16;
  const std::int64_t rows = (height + 15) / 16;
  const std::int64_t frame = columns * rows;
  for (const Level& level : kLevels) {
    const std::int64_t longest_side_squared = 8 * level.frame_macroblocks;
    const bool fits = frame <= level.frame_macroblocks &&
                      columns * columns <= longest_side_squared &&
                      rows * rows <= longest_side_squared &&
                      frame * fps.num <= level.macroblocks_per_second * fps.den &&
                      frame * kReferenceFrames <= level.buffer_macroblocks &&
                      4 * std::int64_t{max_kbps} <= 5 * level.kbps &&
                      4 * std::int64_t{buffer_kbits} <= 5 * level.buffer_kbits;
    if (fits) return level.idc;
  }
  return kLevels[std::size(kLevels) - 1].idc;
}

}  // namespace vodmill::hls
