// Which engine this binary holds: chunks of one video must come from one engine, or they may not
// fit.
#pragma once

#include "core/ids.h"

namespace vodmill::mill {

// Equal for binaries whose mills make chunks that fit together.
EngineBuild engine_build();

}  // namespace vodmill::mill
