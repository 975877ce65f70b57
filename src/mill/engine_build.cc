#include "mill/engine_build.h"

#include <spdlog/fmt/fmt.h>

#include "av/libav.h"

namespace vodmill::mill {
namespace {

// Raised by hand whenever the same plan would give other segments than before.
constexpr int kRecipe = 3;

}  // namespace

EngineBuild engine_build() {
  return EngineBuild(fmt::format("{}-avcodec{}-avformat{}-avfilter{}-swscale{}", kRecipe,
                                 avcodec_version(), avformat_version(), avfilter_version(),
                                 swscale_version()));
}

}  // namespace vodmill::mill
