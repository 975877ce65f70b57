// Why something of a source is not in what was made from it, and from when on.
#pragma once

#include "base/error.h"

namespace vodmill {

struct Partial {
  // truncated_input: the source ends before its end; malformed_input: it is damaged;
  // unsupported_codec: its sound cannot be decoded here.
  ErrorCode reason = ErrorCode::truncated_input;
  double at_seconds = 0;  // after the first picture
};

}  // namespace vodmill
